"""Plain English names for the pages of an invented web, whose own titles are made-up words that say nothing.

Each topic of the web stands for a field, each of its subtopics for a thing of that field, and pages of a subtopic are
counted. So a page has one name and a name one page, and pages that share words share a name. No network sees them.
"""

FIELDS = {
    "music": ("Drums", "Flutes", "Choirs", "Violins", "Operas", "Pianos", "Horns", "Dances"),
    "water": ("Rivers", "Lakes", "Tides", "Springs", "Glaciers", "Canals", "Ponds", "Wells"),
    "metals": ("Iron", "Copper", "Gold", "Silver", "Tin", "Zinc", "Nickel", "Mercury"),
    "animals": ("Foxes", "Owls", "Whales", "Bees", "Bears", "Snakes", "Horses", "Frogs"),
    "plants": ("Oaks", "Ferns", "Roses", "Mosses", "Palms", "Tulips", "Pines", "Herbs"),
    "the sky": ("Stars", "Moons", "Comets", "Planets", "Clouds", "Storms", "Rainbows", "Eclipses"),
    "food": ("Bread", "Soups", "Cheese", "Fruit", "Spices", "Cakes", "Noodles", "Salads"),
    "sport": ("Tennis", "Rowing", "Judo", "Hockey", "Golf", "Skiing", "Fencing", "Cycling"),
    "travel": ("Trains", "Ships", "Bridges", "Harbours", "Roads", "Tunnels", "Hotels", "Maps"),
    "houses": ("Roofs", "Doors", "Stairs", "Windows", "Chimneys", "Gardens", "Kitchens", "Cellars"),
    "clothes": ("Hats", "Coats", "Boots", "Gloves", "Scarves", "Buttons", "Belts", "Shirts"),
    "numbers": ("Primes", "Circles", "Fractions", "Angles", "Cubes", "Proofs", "Sums", "Powers"),
}


def of(web) -> list[tuple[str, str]]:
    """(name, field) of each page.

    Args:
        web: of `pnzoo.graphs.generate`, with as many topics and subtopics as there are fields and things.

    Raises:
        ValueError: it has more of them.
    """
    fields, things, counts, named = {}, {}, {}, []
    for (category, *_) in web.categories:
        topic, _ = category.split(".")
        field = fields.setdefault(topic, len(fields))
        thing = things.setdefault(topic, {}).setdefault(category, len(things[topic]))
        if field >= len(FIELDS) or thing >= len(FIELDS[list(FIELDS)[field]]):
            raise ValueError(f"there are names for {len(FIELDS)} topics of 8 subtopics, and this web has more")
        counts[category] = counts.get(category, 0) + 1
        name = list(FIELDS)[field]
        named.append((f"{FIELDS[name][thing]} {counts[category]}", name))
    return named
