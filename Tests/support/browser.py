"""A real browser: Chromium without a window, driven by the DevTools protocol, used as a person with a keyboard does."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from websockets.sync.client import connect

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--mute-audio",
    "--disable-features=Translate,OptimizationHints,MediaRouter", "--remote-debugging-port=0", "--hide-scrollbars",
    # Whatever a test calls a site, it is on this machine; so no name of the outside is asked for either.
    "--host-resolver-rules=MAP *.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
KEYS = {
    "Tab": (9, ""), "Enter": (13, "\r"), " ": (32, " "), "Escape": (27, ""),
}


def program():
    """The path of a browser, or None."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Browser:
    """One process of the browser, with a profile of its own that is deleted at the end."""

    def __init__(self, deadline_s=30):
        self.profile = tempfile.mkdtemp(prefix="postern-browser-")
        self.process = subprocess.Popen(
            [program(), *FLAGS, f"--user-data-dir={self.profile}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            env={**os.environ, "HOME": self.profile, "no_proxy": "*"},
        )
        timer = threading.Timer(deadline_s, self.process.kill)
        timer.start()
        address = next((line.split()[-1] for line in self.process.stderr if "DevTools listening on" in line), None)
        timer.cancel()
        assert address, "the browser did not start"
        threading.Thread(target=self.process.stderr.read, daemon=True).start()
        self.ends = contextlib.ExitStack()
        self.socket = self.ends.enter_context(connect(address, max_size=None, open_timeout=deadline_s))
        self.count = 0
        self.events = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.ends.close()
        self.process.terminate()
        self.process.wait(10)
        shutil.rmtree(self.profile, ignore_errors=True)

    def call(self, method, session=None, deadline_s=20, **parameters):
        """Asks the browser, and returns its answer."""
        self.count += 1
        message = {"id": self.count, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        self.socket.send(json.dumps(message))
        while True:
            answer = json.loads(self.socket.recv(timeout=deadline_s))
            if answer.get("id") == self.count:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return answer["result"]
            self.events.append(answer)

    def event(self, session, *names, deadline_s=20):
        """Waits for one of the events; those before it are forgotten."""
        while True:
            event = self.events.pop(0) if self.events else json.loads(self.socket.recv(timeout=deadline_s))
            if event.get("sessionId") == session and event.get("method") in names:
                return event["params"]

    def page(self, **options):
        """A new page in a profile without cookies."""
        return Page(self, **options)


class Page:
    """A page in a window of its own, with cookies of its own."""

    def __init__(self, browser, scripts=False, width=900, height=900, dark=False):
        self.browser = browser
        self.context = browser.call("Target.createBrowserContext")["browserContextId"]
        target = browser.call("Target.createTarget", url="about:blank", browserContextId=self.context)["targetId"]
        self.session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Log", "Network", "Runtime", "Accessibility"):
            self.call(f"{domain}.enable")
        self.call("Page.setLifecycleEventsEnabled", enabled=True)
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setScriptExecutionDisabled", value=not scripts)
        if dark:
            self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])

    def call(self, method, **parameters):
        """Asks the browser about this page."""
        return self.browser.call(method, self.session, **parameters)

    def open(self, url):
        """Goes to an address and waits until it is shown; returns the status of the answer."""
        self.browser.events.clear()
        result = self.call("Page.navigate", url=url)
        return result.get("errorText") or self.shown(result["loaderId"])

    def shown(self, loader=None):
        """Waits until the next page is whole, or the one that ``loader`` loads; returns the status of its answer."""
        status = None
        while True:
            event = self.browser.event(self.session, "Network.responseReceived", "Page.lifecycleEvent")
            if event.get("type") == "Document" and loader in (None, event["loaderId"]):
                status, loader = event["response"]["status"], event["loaderId"]
            if status and event.get("name") == "load" and event["loaderId"] == loader:
                return status

    def until(self, text, deadline_s=15):
        """Waits until this can be read on the page, over however many pages it takes."""
        end = time.monotonic() + deadline_s
        while True:
            try:
                shown = self.text
            except AssertionError:  # Between two pages.
                shown = ""
            if text in shown:
                return shown
            assert time.monotonic() < end, f"{text!r} is not on the page: {shown[:1500]}"
            time.sleep(0.05)

    def evaluate(self, expression):
        """The value of an expression; works where the page itself may run nothing."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    @property
    def url(self):
        """Where it is."""
        return self.evaluate("location.href")

    @property
    def text(self):
        """What can be read on it."""
        return self.evaluate("document.body?.innerText ?? ''")

    def frames(self):
        """Where the pages of other sites are that are framed by this one."""
        found = []
        for target in self.browser.call("Target.getTargets", filter=[{"type": "iframe"}])["targetInfos"]:
            session = self.browser.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
            answer = self.browser.call("Runtime.evaluate", session, expression="location.href", returnByValue=True)
            found.append(answer["result"]["value"])
        return found

    def press(self, key, **modifiers):
        """Presses one key."""
        code, text = KEYS[key]
        shift = 8 if modifiers.get("shift") else 0
        common = {"key": key, "code": key if key != " " else "Space", "windowsVirtualKeyCode": code, "modifiers": shift}
        self.call("Input.dispatchKeyEvent", type="keyDown", **common, **({"text": text} if text else {}))
        self.call("Input.dispatchKeyEvent", type="keyUp", **common)

    def write(self, text):
        """Types a text into what has the focus."""
        self.call("Input.insertText", text=text)

    def focused(self):
        """What has the focus: what the browser tells those who cannot see."""
        return self.evaluate(
            "(e => e.tagName + ' ' + (e.labels?.[0]?.innerText ?? e.innerText ?? e.name ?? '').trim())"
            "(document.activeElement)"
        )

    def tab_to(self, words, limit=60):
        """Presses Tab until what has these words has the focus; returns what was passed."""
        passed = []
        for _ in range(limit):
            self.press("Tab")
            passed.append(self.focused())
            if words in passed[-1]:
                return passed
        raise AssertionError(f"{words} cannot be reached with the keyboard: {passed}")

    def nameless(self):
        """Whatever can be used on the page and tells those who cannot see no name."""
        nodes = self.call("Accessibility.getFullAXTree")["nodes"]
        usable = {"button", "link", "textbox", "checkbox", "searchbox", "DisclosureTriangle", "table", "region"}
        return [
            node["role"]["value"] for node in nodes
            if not node.get("ignored") and node["role"]["value"] in usable and not node.get("name", {}).get("value", "").strip()
        ]

    def messages(self):
        """What the browser has complained about since the page was opened."""
        self.evaluate("0")
        return [
            event["params"]["entry"]["text"] for event in self.browser.events
            if event.get("sessionId") == self.session and event.get("method") == "Log.entryAdded"
        ]

    def screenshot(self, path):
        """Writes a picture of the whole page."""
        data = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)["data"]
        Path(path).write_bytes(base64.b64decode(data))
        return path

    def close(self):
        """Forgets it, with its cookies."""
        self.browser.call("Target.disposeBrowserContext", browserContextId=self.context)
