"""`python -m benchmarks [name ...]`: run those named, or all; `name --option ...`: one, with options."""

import importlib
import inspect
import pkgutil
import sys

import benchmarks


def names() -> list[str]:
    """The modules beside this one that have a `main`."""
    found = [module.name for module in pkgutil.iter_modules(benchmarks.__path__) if module.name != "__main__"]
    return [name for name in found if hasattr(importlib.import_module(f"benchmarks.{name}"), "main")]


def run(wanted: list[str]) -> int:
    """Run the benchmarks of these names, all if there are none; gives the exit status: 1 where an aim is missed."""
    known = names()
    wanted, options = split(wanted)
    if options and len(wanted) != 1:
        print("Options are for one benchmark: name it, and it alone.", file=sys.stderr)
        return 2
    unknown = [name for name in wanted if name not in known]
    if unknown:
        print(
            f"There is no benchmark called {', '.join(unknown)}: there are {', '.join(known)}.",
            file=sys.stderr,
        )
        return 2
    if options and not inspect.signature(importlib.import_module(f"benchmarks.{wanted[0]}").main).parameters:
        print(f"The benchmark {wanted[0]} takes no options.", file=sys.stderr)
        return 2
    missed = 0
    for name in wanted or known:
        module = importlib.import_module(f"benchmarks.{name}")
        print(f"== {name}: {(module.__doc__ or '').splitlines()[0]}")
        missed |= bool(module.main(options) if options else module.main())
        print()
    return missed


def split(arguments: list[str]) -> tuple[list[str], list[str]]:
    """The names, and what comes from the first option on."""
    start = next((n for n, argument in enumerate(arguments) if argument.startswith("-")), len(arguments))
    return arguments[:start], arguments[start:]


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
