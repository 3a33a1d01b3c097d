"""Where in a YAML file a value stands."""

from pathlib import Path
from typing import Any

import yaml

__all__ = ["YamlFile", "YamlPath"]

YamlPath = tuple[str | int, ...]


class YamlFile:
    """A YAML file with the line of each of its values.

    Raises
    ------
    yaml.YAMLError
        If the file is not YAML.
    """

    def __init__(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        self.path = path
        self.content: Any = None
        self._lines: dict[YamlPath, int] = {(): 1}
        # Parsed once for values and lines: parsing is most of what opening the gate takes.
        loader = yaml.SafeLoader(text)
        root = loader.get_single_node()
        if root is not None:
            self._walk(root, ())
            self.content = loader.construct_document(root)

    def _walk(self, node: yaml.Node, path: YamlPath) -> None:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                self._lines[(*path, key.value)] = key.start_mark.line + 1
                self._walk(value, (*path, key.value))
        elif isinstance(node, yaml.SequenceNode):
            for index, value in enumerate(node.value):
                self._lines[(*path, index)] = value.start_mark.line + 1
                self._walk(value, (*path, index))

    def line(self, path: YamlPath) -> int:
        """Return the line (from 1) of the value at `path`, else of the nearest value around it."""
        while path not in self._lines:
            path = path[:-1]
        return self._lines[path]
