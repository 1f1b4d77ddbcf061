"""`python -m benchmarks [name ...]`: run the benchmarks named, or all of them."""

import importlib
import pkgutil
import sys

import benchmarks


def names() -> list[str]:
    """The modules beside this one that have a `main`."""
    found = [module.name for module in pkgutil.iter_modules(benchmarks.__path__) if module.name != "__main__"]
    return [name for name in found if hasattr(importlib.import_module(f"benchmarks.{name}"), "main")]


def run(wanted: list[str]) -> int:
    """Run the benchmarks of these names, all if there are none; gives the exit status."""
    known = names()
    unknown = [name for name in wanted if name not in known]
    if unknown:
        print(
            f"There is no benchmark called {', '.join(unknown)}: there are {', '.join(known)}.",
            file=sys.stderr,
        )
        return 2
    for name in wanted or known:
        module = importlib.import_module(f"benchmarks.{name}")
        print(f"== {name}: {(module.__doc__ or '').splitlines()[0]}")
        module.main()
        print()
    return 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
