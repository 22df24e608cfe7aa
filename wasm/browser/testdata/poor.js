// The worker of a browser without IndexedDB.
"use strict";

Object.defineProperty(self, "indexedDB", { value: undefined });
importScripts("worker.js");
