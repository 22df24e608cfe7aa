// The example host: what a page has to do with the widget, and no more.
"use strict";

(() => {
  const byId = (id) => document.getElementById(id);
  const widget = byId("widget");

  const note = (text) => {
    const line = document.createElement("li");
    line.textContent = text;
    byId("log").append(line);
  };
  widget.addEventListener("ready", ({ detail }) => note(`ready: can be paid ${detail.pay.join(", ")}`));
  widget.addEventListener("progress", ({ detail }) => note(`progress: ${detail.phase}${detail.waiting ? ", waiting for " + detail.waiting : ""}`));
  widget.addEventListener("error", ({ detail }) => note(`error: ${detail.code}: ${detail.text}`));
  widget.addEventListener("result", ({ detail }) => {
    note(`result: task ${detail.task}, ${detail.verified ? "verified" : "not verified"}`);
    for (const file of detail.files) {
      if (detail.kind === "chat") continue;
      const image = document.createElement("img");
      image.alt = "Result of task " + detail.task;
      image.src = URL.createObjectURL(file);
      byId("results").append(image);
    }
    if (detail.text) {
      const text = document.createElement("p");
      text.textContent = detail.text;
      byId("results").append(text);
    }
  });

  // Here the host is our own site, unless this computer is called by its other name:
  // then the widget comes from another origin, as on a real host.
  const other = { localhost: "127.0.0.1", "127.0.0.1": "localhost" }[location.hostname];
  const home = new URL("..", location.href);
  if (location.hostname === "localhost") home.hostname = other;
  const script = document.createElement("script");
  script.src = new URL("widget.js", home).href;
  document.head.append(script);
  const where = byId("where");
  if (home.origin !== location.origin) {
    where.textContent = `The widget comes from ${home.origin}, another origin than this page.`;
  } else if (other) {
    const there = new URL(location.href);
    there.hostname = other;
    where.append("The widget comes from this very site. To see it as another site does, open ");
    const link = document.createElement("a");
    link.href = link.textContent = there.href;
    where.append(link, ".");
  }
})();
