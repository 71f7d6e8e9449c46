import { init } from "./redoc.standalone.js";

// Searching would start a worker from a blob: URL, which the page's policy does not allow.
init("../openapi.json", { disableSearch: true }, document.getElementById("viewer"));
