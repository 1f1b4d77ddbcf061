"""Every place, by name."""

from scenedex.demo.draw.country import COUNTRY
from scenedex.demo.draw.place import Place
from scenedex.demo.draw.rooms import ROOMS
from scenedex.demo.draw.towns import TOWNS
from scenedex.demo.draw.waters import WATERS

PLACES: dict[str, Place] = {place.name: place for place in (*TOWNS, *COUNTRY, *WATERS, *ROOMS)}
