/**
 * What CloudFront does with the address of a page before S3 sees it (cloudfront-js-2.0). `infra/local/front.py` does the
 * same, but for the tour, which it has at `/`.
 */
function handler(event) {
  const request = event.request;
  const path = request.uri;
  if (/^\/pay\/[A-Za-z0-9_]+$/.test(path)) return elsewhere(`/app/#${path}`);
  if (/^\/store\/[A-Za-z0-9_]+$/.test(path)) return elsewhere(`/app/#/pay?store=${path.slice("/store/".length)}`);
  if (path === "/") return elsewhere("/app/");
  if (["/app", "/console", "/till", "/status"].includes(path)) return elsewhere(`${path}/`);
  if (path.endsWith("/")) request.uri = `${path}index.html`;
  return request;
}

function elsewhere(path) {
  const headers = { location: { value: path }, "cache-control": { value: "no-store" } };
  return { statusCode: 302, statusDescription: "Found", headers };
}
