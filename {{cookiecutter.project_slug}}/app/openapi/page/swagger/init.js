"use strict";

// The address bar configures nothing, and no validator elsewhere learns of the document.
SwaggerUIBundle({
  url: "../openapi.json",
  dom_id: "#viewer",
  deepLinking: true,
  queryConfigEnabled: false,
  tryItOutEnabled: true,
  validatorUrl: null,
});
