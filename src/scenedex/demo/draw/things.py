"""Everything that can be drawn, by name."""

from scenedex.demo.draw.animals import ANIMALS
from scenedex.demo.draw.birds_and_fish import BIRDS_AND_FISH
from scenedex.demo.draw.boats_and_planes import BOATS_AND_PLANES
from scenedex.demo.draw.buildings import BUILDINGS
from scenedex.demo.draw.food import FOOD
from scenedex.demo.draw.furniture import FURNITURE
from scenedex.demo.draw.nature import NATURE
from scenedex.demo.draw.objects import OBJECTS
from scenedex.demo.draw.people import PEOPLE
from scenedex.demo.draw.thing import Thing
from scenedex.demo.draw.vehicles import VEHICLES

FAMILIES: dict[str, tuple[Thing, ...]] = {
    "vehicle": (*VEHICLES, *BOATS_AND_PLANES),
    "animal": (*ANIMALS, *BIRDS_AND_FISH),
    "building": BUILDINGS,
    "nature": NATURE,
    "person": PEOPLE,
    "object": (*OBJECTS, *FURNITURE),
    "food": FOOD,
}

THINGS: dict[str, Thing] = {thing.name: thing for family in FAMILIES.values() for thing in family}
