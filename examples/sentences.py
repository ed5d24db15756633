"""Real sentences for the demo: spoken commands to a smart home, expanded from the templates of home-assistant-intents.

The package (Apache-2.0) holds templates such as ``turn (on|off) [the] {name}`` for 42 intents. Every sentence remembers its
template, so that a split can keep all sentences of a template on one side. The same seed gives the same sentences.
"""

from __future__ import annotations

import csv
import json
import random
import re
from importlib import resources
from pathlib import Path

from hassil.expression import Alternative, Expression, Group, ListReference, Permutation, RuleReference, TextChunk
from hassil.intents import Intents, RangeSlotList, TextSlotList

FILLERS = {
    "name": [
        "bedroom lamp",
        "ceiling fan",
        "garage door",
        "front door",
        "desk light",
        "heater",
        "tv",
        "coffee machine",
    ],
    "area": ["kitchen", "living room", "bedroom", "office", "hallway", "garage", "bathroom", "garden"],
    "floor": ["first floor", "upstairs", "basement"],
    "message": ["dinner is ready", "we are leaving in five minutes", "please come down", "the bus is here"],
    "search_query": ["some jazz", "the latest news podcast", "rain sounds", "abbey road"],
    "shopping_list_item": ["milk", "apples", "dish soap", "bread", "coffee beans"],
    "todo_list_item": ["call the plumber", "book flights", "water the plants"],
    "timer_name": ["pizza", "laundry", "tea"],
    "timer_command": ["turn off the lights", "open the blinds"],
    "zone": ["work", "school", "the gym"],
}
"""What is said where a template leaves a name open."""


def expand(item: Expression, rng: random.Random, rules: dict, lists: dict) -> str:
    """One random sentence of a template."""
    if isinstance(item, TextChunk):
        return item.original_text
    if isinstance(item, Alternative):
        return expand(rng.choice(item.items), rng, rules, lists)
    if isinstance(item, Permutation):
        return " ".join(expand(i, rng, rules, lists) for i in rng.sample(item.items, len(item.items)))
    if isinstance(item, Group):
        return "".join(expand(i, rng, rules, lists) for i in item.items)
    if isinstance(item, RuleReference):
        return expand(rules[item.rule_name].expression, rng, rules, lists)
    if isinstance(item, ListReference):
        return _value(item.list_name, rng, rules, lists)
    raise TypeError(type(item).__name__)


def _value(name: str, rng: random.Random, rules: dict, lists: dict) -> str:
    values = lists.get(name)
    if isinstance(values, TextSlotList) and values.values:
        return expand(rng.choice(values.values).text_in, rng, rules, lists)
    if isinstance(values, RangeSlotList):
        return str(rng.choice(list(values.get_numbers())))
    return rng.choice(FILLERS.get(name, ["something"]))


def sentences(*, per_template: int = 13, seed: int = 7) -> list[dict[str, str]]:
    """About 11,000 different sentences as rows with ``id, text, intent, domain, template``."""
    data = json.loads(resources.files("home_assistant_intents").joinpath("data/en.json").read_text(encoding="utf-8"))
    intents = Intents.from_dict(data)
    rng = random.Random(seed)
    rows, seen = [], set()
    for intent_name, intent in intents.intents.items():
        for block in intent.data:
            rules = {**intents.expansion_rules, **(block.expansion_rules or {})}
            lists = {**intents.slot_lists, **(block.slot_lists or {})}
            for template in block.sentences:
                for _ in range(per_template):
                    text = re.sub(r"\s+", " ", expand(template.expression, rng, rules, lists)).strip()
                    if text and text not in seen:
                        seen.add(text)
                        rows.append({"text": text, "intent": intent_name, "template": template.text})
    rng.shuffle(rows)
    return [
        {"id": f"s{i:05d}", **row, "domain": re.findall(r"[A-Z][a-z]+", row["intent"])[1]} for i, row in enumerate(rows)
    ]


def write(rows: list[dict[str, str]], path: Path) -> None:
    """Write rows as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    made = sentences()
    write(made, Path("sentences.csv"))
    print(f"sentences.csv: {len(made):,} sentences, {len({r['intent'] for r in made})} intents")
