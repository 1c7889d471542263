"""The program as a newcomer meets it: `bot.py sandbox` in its own process, the page in a real browser."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from tests.conftest import ROOT

pytestmark = pytest.mark.browser
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


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("run")
    shutil.copytree(ROOT / "knowledge", folder / "knowledge", ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    (folder / "config.yaml").write_text(f"data_folder: {folder / 'data'}\n", "utf-8")
    command = [
        sys.executable,
        "bot.py",
        "--config",
        str(folder / "config.yaml"),
        "--knowledge",
        str(folder / "knowledge"),
    ]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("BOT_")}
    bot = subprocess.Popen(
        [*command, "sandbox", "--port", "0"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert bot.stdout is not None
    found = re.search(r"http://127\.0\.0\.1:\d+", bot.stdout.readline())
    assert found, "the sandbox did not say its address"
    yield found.group()
    bot.terminate()
    assert bot.wait(30) == 0


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[webdriver.Chrome]:
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        pytest.skip("没有 chromium 和 chromedriver，跳过浏览器测试")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in FLAGS:
        options.add_argument(flag)
    options.add_argument(f"--user-data-dir={tmp_path / 'profile'}")
    window = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield window
    window.quit()


class Page:
    def __init__(self, browser: webdriver.Chrome, address: str) -> None:
        self.browser = browser
        browser.get(address)
        self.until(lambda: self.all("#chats button"))

    def until(self, holds: object) -> None:
        redrawn = (StaleElementReferenceException,)
        WebDriverWait(self.browser, 15, 0.05, redrawn).until(lambda _: holds())  # type: ignore[operator]

    def all(self, selector: str) -> list[WebElement]:
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def open(self, title: str) -> None:
        next(b for b in self.all("#chats button") if title in b.text).click()

    def say(self, text: str) -> None:
        box = self.all("#text")[0]
        box.send_keys(text)
        box.send_keys(Keys.ENTER)

    def told(self, *words: str) -> None:
        """Wait for a message of the bot with these words."""
        self.until(lambda: any(all(w in m.text for w in words) for m in self.all(".message:not(.mine)")))

    def press(self, label: str) -> None:
        def pressed() -> bool:
            found = [b for b in self.all(".keys button") if label in b.text]
            if found:
                found[-1].click()
            return bool(found)

        self.until(pressed)

    def picture(self, name: str) -> None:
        folder = os.environ.get("SCREENSHOTS")
        if folder:
            self.browser.save_screenshot(str(Path(folder) / f"{name}.png"))


def test_a_question_is_answered_and_explained(browser: webdriver.Chrome, address: str) -> None:
    page = Page(browser, address)
    page.open("王小明")
    page.say("预备党员能当党小组长吗")
    page.told("正式党员", "出处")
    page.until(lambda: "probationary" in page.all("#reasons")[0].text or "直接回答" in page.all("#reasons")[0].text)
    page.picture("private")


def test_a_button_turns_the_page_and_leads_back(browser: webdriver.Chrome, address: str) -> None:
    page = Page(browser, address)
    page.open("李雷")
    page.say("党小组长任期多久")
    page.told("支部委员会")
    page.press("支委会一届几年")
    page.told("每届5年", "第21条")
    page.press("返回")
    page.told("具体几年，资料没有写")


def test_in_the_group_only_a_mention_is_answered(browser: webdriver.Chrome, address: str) -> None:
    page = Page(browser, address)
    page.open("第一党小组")
    page.say("今晚谁值班")
    page.say("@party_group_bot 书记可以兼任吗")
    page.told("可以", "党支部书记")
    assert not any("值班" in r.text for r in page.all(".message:not(.mine) .reply"))
    page.picture("group")


def test_the_page_fits_a_phone_and_the_keyboard(browser: webdriver.Chrome, address: str) -> None:
    browser.set_window_size(390, 844)
    page = Page(browser, address)
    browser.find_element(By.ID, "text").send_keys("/")
    page.until(lambda: page.all("#commands li"))
    browser.find_element(By.ID, "text").send_keys(Keys.ARROW_DOWN, Keys.ENTER, Keys.ENTER)
    page.until(lambda: page.all(".message:not(.mine)"))
    assert browser.execute_script("return document.documentElement.scrollWidth <= window.innerWidth")
    page.picture("phone")


def test_markup_stays_text(browser: webdriver.Chrome, address: str) -> None:
    page = Page(browser, address)
    page.open("李雷")
    page.say("<img src=x onerror=\"document.title='hacked'\"> 党小组长任期多久")
    page.until(lambda: any("<img" in m.text for m in page.all(".message.mine")))
    assert "hacked" not in browser.title


def test_reload_says_that_all_is_well(browser: webdriver.Chrome, address: str) -> None:
    page = Page(browser, address)
    page.all("#reload")[0].click()
    page.until(lambda: "已更新" in page.all("#problems")[0].text)


def test_a_leader_sets_up_a_reminder_and_the_group_answers_it(browser: webdriver.Chrome, address: str) -> None:
    page = Page(browser, address)
    page.open("支部大群")
    page.say("/setup")
    page.press("党小组会")
    page.told("新提醒", "每月第一个周五 19:30")
    page.press("地点")
    page.until(lambda: "回复" in page.all("#quote")[0].text)  # ForceReply opens the field
    page.say("四楼活动室")
    page.told("地点改好了", "地点：四楼活动室")
    page.press("确认")
    page.told("记下了", "四楼活动室")
    next(b for b in page.all("button") if b.text == "过一个月").click()
    page.told("党小组会", "能不能来")
    page.press("参加")
    page.until(lambda: any("参加 1" in b.text for b in page.all(".keys button")))
    page.picture("set-up")
