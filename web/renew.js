// Lets sw.js keep the page for the next visit, and offers a new version when there
// is one. Loaded when the page has been running for a while.

const boot = window.crynuxBoot;
const workers = navigator.serviceWorker; // only with https, or on this computer
const controlled = workers?.controller; // whether this very page came from what is kept
const everyHour = 3600e3; // ms
let registration;
let taking = false;

// The page shows the offer, and takes it when no payment is on its way.
const offer = () => {
  boot.renewed = true;
  window.dispatchEvent(new Event("crynux-renewed"));
};

boot.take = () => {
  taking = true;
  if (!registration.waiting) return location.reload(); // another tab has taken it
  registration.waiting.postMessage("take over");
  setTimeout(crynuxReload, 3000); // the worker before may be busy for long; without both the page comes from the network
};

const look = () => {
  if (!controlled || !registration.waiting) return;
  if (boot.broken) boot.take(); // there is nothing to lose
  else offer();
};

const keep = async () => {
  // A page that came from what is kept registers nothing: that would bring back what sw-off.js has just taken back.
  registration = controlled ? await workers.getRegistration() : await workers.register(boot.sw, { updateViaCache: "none" });
  if (!registration) return;
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", look));
  workers.addEventListener("controllerchange", () => {
    if (taking) location.reload();
    else if (controlled) offer();
  });
  look();
  const update = () => registration.update().catch(() => {}); // without a network there is none
  if (controlled) update(); // browsers look by themselves, but late
  let looked = Date.now();
  document.addEventListener("visibilitychange", () => {
    if (document.hidden || Date.now() - looked < everyHour) return;
    looked = Date.now();
    update();
  });
};

// On a path gateway the pages of strangers share the origin.
if (workers && !/\/ip[fn]s\/./.test(location.pathname)) keep().catch((err) => console.warn("nothing is kept for times without a network:", err));
