"""The API for a reader: a plain list that needs nothing, and Scalar's reference over it where it loads."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterable
from html import escape
from itertools import groupby
from typing import Any

from chalicelib.api import openapi, problems
from chalicelib.api.model import Route
from chalicelib.kernel import text

Fields = dict[type, str]
"""The fields of each model, as HTML."""

SCALAR = "/packages/@scalar/api-reference/dist/browser/standalone.js"
"""Served by the front door from the pinned package, so that no third party learns who reads this."""

_START = """addEventListener("load", () => {
  const plain = document.getElementById("plain"), full = document.getElementById("full");
  if (!window.Scalar || (location.hash && document.getElementById(location.hash.slice(1)))) return;
  const language = document.documentElement.lang;
  window.Scalar.createApiReference(full, {
    url: "/openapi.json?lang=" + language, servers: [{ url: location.origin }],
    localization: { locale: language === "zh" ? "zh-CN" : "en" },
    withDefaultFonts: false, telemetry: false, persistAuth: false,
    agent: { disabled: true }, mcp: { disabled: true },
    showDeveloperTools: "never", hideClientButton: true,
    customCss: document.getElementById("readable").textContent,
  });
  const named = () => full.querySelectorAll("button[class*=copy-button]:not([aria-label])").forEach((button) =>
    button.setAttribute("aria-label", full.dataset.copy));
  new MutationObserver(named).observe(full, { childList: true, subtree: true });
  plain.hidden = true;
});"""
_HASH = b64encode(hashlib.sha256(_START.encode()).digest()).decode()
POLICY = (
    f"default-src 'none'; script-src 'self' 'sha256-{_HASH}'; style-src 'unsafe-inline'; connect-src 'self'; "
    "img-src 'self' data:; font-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, "Noto Sans SC", sans-serif }
body { margin: 0 } nav { padding: .5rem 1rem } #plain { max-width: 60rem; margin: auto; padding: 0 1rem 1rem }
section { border-top: 1px solid #8886; padding: .5rem 0 } h3 { margin: .5rem 0 }
code { font: .95em ui-monospace, monospace } .path { overflow-wrap: anywhere }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: .3rem 0 } dd { margin: 0 }
:target { outline: 2px solid; outline-offset: 4px }
"""
_READABLE = """
.light-mode { --scalar-color-2: #45484d; --scalar-color-3: #55595f; --scalar-color-accent: #0a5a4b;
  --scalar-color-green: #0a6b3d; --scalar-color-blue: #0b5c8f; --scalar-color-orange: #8a4b00;
  --scalar-color-red: #b01e3c; --scalar-color-purple: #6d3fc0; --scalar-color-yellow: #755a00 }
.dark-mode { --scalar-color-2: #c6cacf; --scalar-color-3: #b3b8be; --scalar-color-accent: #63d6b8 }
"""
"""The reference's own greys are too pale for WCAG 2.2 AA."""


def page(routes: tuple[Route, ...], language: str) -> str:
    """HTML in `language`."""
    refs, schemas = openapi.models(routes)
    fields = {model: _fields(schemas[ref["$ref"].rpartition("/")[2]]) for model, ref in refs.items()}
    rooms = groupby(sorted(routes, key=_tag), key=_tag)
    sections = "".join(_room(tag, declared, fields, language) for tag, declared in rooms)
    other = "zh" if language == "en" else "en"
    return f"""<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{_said("api.docs.title", language)}</title><link rel="icon" href="/favicon.svg"><style>{_STYLE}</style>
<style id="readable" media="not all">{_READABLE}</style></head>
<body><nav><a href="/openapi.json?lang={language}">openapi.json</a> ·
<a lang="{other}" hreflang="{other}" href="?lang={other}">{_said("api.docs.title", other)}</a></nav>
<main id="plain"><h1>{_said("api.docs.title", language)}</h1><p>{_said("api.about", language)}</p>
{sections}{_errors(language)}</main><div id="full" data-copy="{_said("api.docs.copy", language)}"></div>
<script src="{SCALAR}" defer></script><script>{_START}</script></body></html>
"""


def _tag(route: Route) -> str:
    return route.tag


def _room(tag: str, routes: Iterable[Route], fields: Fields, language: str) -> str:
    return f"<h2>{escape(tag)}</h2>" + "".join(_route(route, fields, language) for route in routes)


def _route(route: Route, fields: Fields, language: str) -> str:
    callers = sorted(_said(f"api.callers.{kind.__name__}", language) for kind in route.callers)
    facts = {
        "api.docs.caller": ", ".join(callers) or _said("api.callers.nobody", language),
        "api.docs.headers": "<code>Idempotency-Key</code>" if route.moves_money else "",
        "api.docs.query": ", ".join(f"<code>{escape(name)}</code>" for name in sorted(route.query)),
        "api.docs.body": fields[route.body] if route.body else "",
        "api.docs.answers": _answers(route, fields),
        "api.docs.refusals": _refusals(route),
    }
    rows = "".join(f"<dt>{_said(key, language)}</dt><dd>{said}</dd>" for key, said in facts.items() if said)
    title = f"<code>{route.method}</code> <code class=path>{escape(route.path)}</code>"
    return f"<section><h3>{title}</h3><p>{escape(openapi.summary(route, language))}</p><dl>{rows}</dl></section>"


def _answers(route: Route, fields: Fields) -> str:
    return "<br>".join(
        f"<code>{status}</code> {fields[model] if model else ''}" for status, model in sorted(route.answers.items())
    )


def _refusals(route: Route) -> str:
    return "<br>".join(
        f"<code>{status}</code> " + ", ".join(f'<a href="#{kind.code}">{kind.code}</a>' for kind in kinds)
        for status, kinds in openapi.errors_of(route).items()
    )


def _fields(schema: dict[str, Any]) -> str:
    required = schema.get("required", ())
    names = (escape(name) + ("" if name in required else "?") for name in schema.get("properties", {}))
    return " ".join(f"<code>{name}</code>" for name in names)


def _errors(language: str) -> str:
    rows = "".join(
        f"<dt id={kind.code}><code>{status} {kind.code}</code></dt>"
        f"<dd>{escape(text.unfilled(f'errors.{kind.code}.title', language))}</dd>"
        for kind, status in problems.STATUS.items()
    )
    return f"<h2>{_said('api.docs.refusals', language)}</h2><dl>{rows}</dl>"


def _said(key: str, language: str) -> str:
    return escape(text.sentence(key, language))
