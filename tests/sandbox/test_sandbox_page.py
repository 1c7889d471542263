"""The page in a real browser: the clock, the speakers, the unread chats, the menu of a group."""

import asyncio
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait
from telegram_kit import GROUP, LEADER, TOKEN, FakeClock

from sandbox import MovableClock, Options, Sandbox, SandboxError, To
from sandbox.model import Draft, Text

pytestmark = pytest.mark.browser
MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,800",
    "--lang=zh-CN",
)


class Town:
    """A sandbox in a thread of its own; a week brings the group, and a leader who has begun, one message a day."""

    def __init__(self) -> None:
        self.clock = MovableClock(FakeClock(MONDAY.timestamp()))
        self.box = Sandbox(TOKEN, travel=self.travel, options=Options(clock=self.clock))
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        asyncio.run_coroutine_threadsafe(self.box.start(port=0), self.loop).result(10)

    async def travel(self, to: To) -> Mapping[str, str]:
        if to != "week":
            raise SandboxError("接下来 30 天没有提醒")
        for _ in range(7):
            self.clock.move(timedelta(days=1))
            for chat in {GROUP, LEADER} & self.box.world.chats.keys():
                self.box.world.post(self.box.world.chat(chat), self.box.world.bot, Draft(Text("该开会了")))
        return {"now": self.clock.now().isoformat(), "told": "发出 14 条"}

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self.box.stop(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


@pytest.fixture
def town() -> Iterator[Town]:
    made = Town()
    yield made
    made.stop()


class Page:
    def __init__(self, browser: webdriver.Chrome, address: str) -> None:
        self.browser = browser
        browser.get(address)
        self.until(lambda: self.all("#chats button"))

    def until(self, holds: Callable[[], object]) -> None:
        WebDriverWait(self.browser, 15, 0.05, (StaleElementReferenceException,)).until(lambda _: holds())

    def all(self, selector: str) -> list[WebElement]:
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def text(self, selector: str) -> str:
        return " ".join(found.text for found in self.all(selector))

    def click(self, selector: str, words: str = "") -> None:
        def clicked() -> bool:
            found = [e for e in self.all(selector) if words in e.text and e.is_displayed() and e.is_enabled()]
            if found:
                found[0].click()
            return bool(found)

        self.until(clicked)

    def say(self, text: str) -> None:
        self.all("#text")[0].send_keys(text, Keys.ENTER)

    def fits(self) -> bool:
        return bool(self.browser.execute_script("return document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.fixture
def page(town: Town, tmp_path: Path) -> Iterator[Page]:
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        pytest.skip("没有 chromium 和 chromedriver，跳过浏览器测试")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in FLAGS:
        options.add_argument(flag)
    options.add_argument(f"--user-data-dir={tmp_path / 'profile'}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    window = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield Page(window, town.box.address)
    complaints = [entry["message"] for entry in window.get_log("browser") if "Failed to load" not in entry["message"]]
    window.quit()
    assert complaints == []


def test_a_week_goes_by_and_the_leader_has_mail(page: Page) -> None:
    assert page.text("#now").startswith("2026年3月2日 周一 09:00")
    page.click("#chats button", "张组长")
    page.click("#standing button", "开始")
    page.until(lambda: not page.all("#standing")[0].is_displayed())
    page.click("#chats button", "第一党小组")
    page.click("#travel button", "过一周")
    page.until(lambda: page.text("#journey") == "已到 3月9日 周一 09:00，发出 14 条")
    assert page.text("#now").startswith("2026年3月9日 周一 09:00")
    assert [e.text for e in page.all("#log .day")][:2] == ["3月2日 周一", "3月3日 周二"]
    metas = [e.text for e in page.all("#log .meta")]
    assert metas[0].startswith("3月3日 09:00") and metas[-1].startswith("09:00")
    (unread,) = page.all("#chats .unread")
    assert unread.text == "7"
    page.click("#chats button", "张组长")
    page.until(lambda: not page.all("#chats .unread"))
    page.click("#travel button", "到下一个提醒")
    page.until(lambda: page.text("#journey") == "接下来 30 天没有提醒")


def test_one_speaks_as_whom_one_chose(page: Page, town: Town) -> None:
    page.click("#chats button", "第一党小组")
    assert page.text("#speakers [aria-checked=true]").startswith("张组长")
    page.click("#speakers button", "李雷")
    page.say("我参加")
    page.until(lambda: "我参加" in page.text(".message.mine"))
    assert town.box.world.messages(GROUP)[-1].sender.name == "李雷"
    page.click("#speakers button", "赵阿姨")
    page.until(lambda: not page.all(".message.mine"))


def test_a_group_is_founded_upgraded_and_led_anonymously(page: Page, town: Town) -> None:
    page.click("#new-group")
    page.all("#group-title")[0].send_keys("第二党小组")
    page.click("#founding menu button", "建群")
    page.until(lambda: page.text("#title") == "第二党小组")
    page.click("#open-settings")
    page.click("#settings button", "升级")
    page.click("#settings button", "匿名发言")
    page.until(lambda: "群主 · 匿名" in page.text("#settings"))
    page.click("#settings button", "移出")
    page.until(lambda: "加进群" in page.text("#settings"))
    page.click("#settings header button")
    page.click("#standing button", "加进群")
    page.until(lambda: not page.all("#standing")[0].is_displayed())
    page.say("/setup")
    page.until(lambda: "第二党小组（匿名）" in page.text(".message.mine .name"))
    assert town.box.world.chat("第二党小组").type == "supergroup"


def test_a_closed_topic_opens_again(page: Page, town: Town) -> None:
    page.click("#chats button", "支部大群")
    page.click("#open-settings")
    page.click("#settings button", "关闭")
    page.until(lambda: "通知（已关闭）" in page.all("#topic")[0].get_attribute("innerText"))
    page.click("#settings button", "重新打开")
    page.until(lambda: not any(topic.closed for topic in town.box.world.chat("支部大群").topics.values()))


def test_a_phone_is_wide_enough(page: Page) -> None:
    page.browser.set_window_size(390, 844)
    page.click("#close-why")
    page.click("#open-chats")
    page.click("#chats button", "支部大群")
    page.until(lambda: page.text("#title") == "支部大群")
    assert page.fits()
    page.click("#travel button", "过一周")
    page.until(lambda: "已到" in page.text("#journey"))
    page.click("#open-settings")
    assert page.fits() and page.all("#settings")[0].size["width"] <= 390
