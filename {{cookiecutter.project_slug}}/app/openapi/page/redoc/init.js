import { init } from "./redoc.standalone.js";

// Unless told otherwise it reports each click to its maker.
init("../openapi.json", { disableTelemetry: true }, document.getElementById("viewer"));
