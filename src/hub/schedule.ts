// Doing something later, passed in so that tests need not wait.

/** Calls back once after so many milliseconds. Returns the way to call it off. */
export type Schedule = (milliseconds: number, work: () => void) => () => void;

/** By timers that do not keep the process alive. */
export const byTimer: Schedule = (milliseconds, work) => {
  const timer = setTimeout(work, milliseconds).unref();
  return () => clearTimeout(timer);
};
