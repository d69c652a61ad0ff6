// Fills in where this page came from, so that every line can be copied as it stands.

const { hostname, port, protocol, host } = location;
const isSecure = protocol === "https:";
const number = port || (isSecure ? "443" : "80");
const bare = hostname.replace(/^\[|\]$/g, "");

const words = {
  host: bare,
  port: number,
  hub: number === "3277" ? hostname : `${hostname}:${number}`,
  socket: `${isSecure ? "wss" : "ws"}://${host}/chat`,
  place: host,
};
for (const [name, text] of Object.entries(words)) {
  for (const element of document.querySelectorAll(`[data-${name}]`)) element.textContent = text;
}

document.title = `Earshot at ${host}`;
const isLocal = bare === "localhost" || bare === "::1" || bare.startsWith("127.");
for (const element of document.querySelectorAll("[data-local]")) element.hidden = !isLocal;

// The clipboard is there only on pages that are secure or this computer's own.
if (navigator.clipboard) {
  for (const command of document.querySelectorAll(".command")) {
    const button = command.querySelector("button");
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(command.querySelector("code").textContent);
      button.textContent = "Copied";
      setTimeout(() => {
        button.textContent = "Copy";
      }, 1500);
    });
  }
}
