"""The JSON Schema of the entry files, for completion in editors. Generated; a test keeps it fresh."""

import json
from pathlib import Path

from knowledge.entry import EntryFile

SCHEMA_FILE = Path(__file__).parent / "schema.json"


def schema_text() -> str:
    return json.dumps(EntryFile.model_json_schema(), ensure_ascii=False, indent=2) + "\n"
