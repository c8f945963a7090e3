"""A real browser, for what only layout, media queries and a running script can show."""

import itertools
import json
import os
import re
import select
import shutil
import subprocess
import sys
import time

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
DEADLINE = 600.0  # seconds
PHONE, LAPTOP = (390, 844), (1440, 900)
READABLE = 4.5  # contrast of text, WCAG 2.2 level AA

# Chromium reads commands from descriptor 3 and answers on 4, whatever numbers the pipes have here.
LAUNCHER = """
import fcntl, os, sys
commands, replies = (fcntl.fcntl(int(number), fcntl.F_DUPFD, 10) for number in sys.argv[1:3])
os.dup2(commands, 3)
os.dup2(replies, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


class Browser:
    """A headless Chromium with one tab, driven by its DevTools protocol through a pipe."""

    def __init__(self, profile):
        commands, self._commands = os.pipe()
        self._replies, replies = os.pipe()
        options = (
            "--headless=new",
            "--remote-debugging-pipe",
            f"--user-data-dir={profile}",
            # The sandbox does not work for root; the only page that is opened is our own.
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--no-first-run",
        )
        launch = (sys.executable, "-c", LAUNCHER, str(commands), str(replies), CHROMIUM, *options)
        self._process = subprocess.Popen(
            launch,
            pass_fds=(commands, replies),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(commands)
        os.close(replies)
        self._numbers = itertools.count(1)
        self._unread = b""
        self._session = {}
        self.events = []
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        attached = self.send("Target.attachToTarget", targetId=target, flatten=True)
        self._session = {"sessionId": attached["sessionId"]}
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")

    def close(self):
        self._session = {}
        self.send("Browser.close")
        self._process.wait(DEADLINE)
        os.close(self._commands)
        os.close(self._replies)

    def send(self, method, **parameters):
        """Run one command and return its result; events that come before it are kept."""
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters, **self._session}
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        reply = self._receive(lambda message: message.get("id") == number)
        assert "error" not in reply, f"{method}: {reply['error']}"
        return reply["result"]

    def wait_for(self, event):
        self._receive(lambda message: message.get("method") == event)

    def hear(self, *events):
        """Wait until all of these have come since the page was opened."""
        while {*events} - {event["method"] for event in self.events}:
            self._receive(lambda message: "method" in message)

    def _receive(self, is_wanted):
        deadline = time.monotonic() + DEADLINE
        while True:
            message, end, rest = self._unread.partition(b"\0")
            if end:
                self._unread = rest
                message = json.loads(message)
                if "method" in message:
                    self.events.append(message)
                if is_wanted(message):
                    return message
                continue
            left = max(0.0, deadline - time.monotonic())
            assert select.select([self._replies], [], [], left)[0], "the browser does not answer"
            received = os.read(self._replies, 1 << 20)
            assert received, "the browser has ended"
            self._unread += received

    def open(self, address, size=LAPTOP):
        """Load a page afresh."""
        self.resize(*size)
        self.emulate()
        # From elsewhere, or a new fragment would not load the page again.
        self.send("Page.navigate", url="about:blank")
        self.wait_for("Page.loadEventFired")
        self.events.clear()
        self.send("Page.navigate", url=address)
        self.wait_for("Page.loadEventFired")

    def resize(self, width, height):
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )

    def emulate(self, *, media="", scheme="light"):
        # Without motion a page has scrolled as soon as it is told to.
        wanted = {"prefers-color-scheme": scheme, "prefers-reduced-motion": "reduce"}
        features = [{"name": name, "value": value} for name, value in wanted.items()]
        self.send("Emulation.setEmulatedMedia", media=media, features=features)

    def press(self, key):
        codes = {"Tab": 9, "Enter": 13, "Escape": 27, "ArrowRight": 39}
        text = {"text": "\r"} if key == "Enter" else {}
        same = {"key": key, "code": key, "windowsVirtualKeyCode": codes[key]}
        self.send("Input.dispatchKeyEvent", type="keyDown", **same, **text)
        self.send("Input.dispatchKeyEvent", type="keyUp", **same)

    def evaluate(self, expression):
        """Return the value of a JavaScript expression; a promise is awaited."""
        answer = self.send(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def shown_rows(self):
        """Return the ids of the rows that have a place on the page."""
        return self.evaluate(
            "[...document.querySelectorAll('tr[data-verdict]')]"
            ".filter(row => row.getBoundingClientRect().height > 0)"
            ".map(row => row.id.replace('claim-', ''))"
        )

    def status(self):
        return self.evaluate("document.getElementById('shown').textContent")

    def hash(self):
        return self.evaluate("location.hash")


COLOURS = """
[...document.querySelectorAll(SELECTOR)].map(element => {
  let ground = element;
  const transparent = "rgba(0, 0, 0, 0)";
  while (ground && getComputedStyle(ground).backgroundColor === transparent) {
    ground = ground.parentElement;
  }
  return [getComputedStyle(element).color, getComputedStyle(ground).backgroundColor];
})
"""


def contrast(first, second):
    """Return the contrast ratio of two opaque colours, by the definition of WCAG 2.2."""

    def luminance(colour):
        parts = [int(part) / 255 for part in re.fullmatch(r"rgb\((.*)\)", colour)[1].split(",")]
        linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)
