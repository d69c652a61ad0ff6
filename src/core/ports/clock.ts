// Time and dice, passed in so that machines can be simulated.

/** Microseconds since 1970-01-01T00:00Z, by the network's time where one is known; may stand still, never a fraction. */
export type Clock = () => number;

/** Uniform in [0, 1). */
export type Random = () => number;
