"""The shapes of the knowledge files. What stands here is also the JSON Schema that editors complete from."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

MAX_ANSWER = 380
Text = Annotated[str, Field(min_length=1, strict=True)]
Number = Annotated[int, Field(strict=True)]
Id = Annotated[str, Field(strict=True, pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Evidence(_Strict):
    """Either lines of the source text that the answer rests on, or a document with its article."""

    source: Id = Field("leader-text", description="sources.yaml 里的 id；不写就是逐行引用的资料")
    lines: tuple[Number, ...] = Field((), description="资料的行号")
    article: str = Field("", strict=True, description="条款，例如 第13条")
    terms: tuple[Text, ...] = Field((), description="这些行里一定有的关键词")


class Supplement(_Strict):
    """What regulations add; shown apart from the answer."""

    text: Text
    evidence: tuple[Evidence, ...] = Field(min_length=1)


class Claims(_Strict):
    """What a leading question may take for granted; the reply to it begins with 对 or 不是的."""

    about: tuple[Text, ...] = Field(min_length=1, description="说的是谁、什么；问题里别的人和事都不算，例如 党小组")
    right: tuple[Text, ...] = Field((), description="说对了的话，例如 不是一级组织")
    wrong: tuple[Text, ...] = Field((), description="说错了的话，例如 是一级组织")


class Entry(_Strict):
    """One thing that the bot knows, or (in boundaries.yaml) a neighbouring topic that it does not."""

    id: Id = Field(description="编号，小写英文和短横，全库唯一")
    title: Annotated[str, Field(strict=True, min_length=1, max_length=20)] = Field(description="按钮上的短标题")
    topic: Text = Field("其他", description="/topics 里归在哪一组")
    answer: Text = Field(description="答案正文")
    phrasings: tuple[Text, ...] = Field(min_length=3, max_length=12, description="最常见的几种问法")
    evidence: tuple[Evidence, ...] = Field((), description="出处")
    supplement: Supplement | None = Field(None, description="补充：法规怎么说")
    related: tuple[Id, ...] = Field((), max_length=3, description="相关的条目")
    claims: Claims | None = Field(None, description="用“……吧”问时，哪些说法对、哪些不对；拿不准的不写")
    silent: bool = Field(False, strict=True, description="资料没有直接回答")


class EntryFile(_Strict):
    entries: tuple[Entry, ...] = Field(min_length=1)


class Section(_Strict):
    title: Text
    lines: Annotated[str, Field(strict=True, pattern=r"^\d+-\d+$")]

    @property
    def range(self) -> range:
        first, last = map(int, self.lines.split("-"))
        return range(first, last + 1)


class Source(_Strict):
    """line_count and sections: only for the text that is cited by line."""

    id: Id
    title: Text
    line_count: Number = 0
    sections: tuple[Section, ...] = Field(())


class SourceFile(_Strict):
    sources: tuple[Source, ...] = Field(min_length=1)


class WordsFile(_Strict):
    fillers: tuple[Text, ...]
    subjects: dict[Id, tuple[Text, ...]]
    aspects: dict[Id, tuple[Text, ...]]
    neighbours: dict[Id, tuple[Text, ...]] = Field(default_factory=dict)
    unnamed: str = ""
    beside: tuple[Id, ...] = ()
    home: tuple[Id, ...] = ()
    english: dict[Annotated[str, Field(strict=True, pattern=r"^[A-Za-z][A-Za-z -]*$")], Text] = Field(
        default_factory=dict
    )


class Talk(_Strict):
    """A greeting, thanks, praise or abuse, and the replies that the bot chooses from."""

    id: Id
    phrasings: tuple[Text, ...] = Field(min_length=3)
    replies: tuple[Text, ...] = Field(min_length=1)


class TalkFile(_Strict):
    small_talk: tuple[Talk, ...]
