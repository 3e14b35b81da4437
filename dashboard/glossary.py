"""The words of the field, one sentence each."""

import streamlit as st

TERMS = {
    "Value iteration": "A way to plan: give every cell a value, then improve all values again and again from those "
                       "of the neighbouring cells, until each cell knows how good it is to be there.",
    "VIN": "Value Iteration Network: a neural network with value iteration as one of its layers, trained only by "
           "being shown good moves.",
    "K": "How many times the values are improved; news from the goal travels one cell a step, so far goals need "
         "a large K.",
    "R, reward": "How good or bad it is to enter a cell, as the network itself reads it off the map.",
    "P, transition": "What the network believes an action does: for each of the nine cells around, the chance of "
                     "ending up there.",
    "V, value": "How good a cell is in the long run: the reward on the way plus what comes after.",
    "Q": "How good one action is in one cell; V is the largest Q.",
    "psi": "The attention of the planner: it picks out the Q values of the cell where the agent stands.",
    "Policy": "The move chosen in every cell, drawn as arrows.",
    "Caution": "How much doubt costs a planner that sees only a picture: a path pays for each cell the more, the less "
               "likely it can be entered.",
    "Excess": "How much longer a path is than the shortest one: 1 for a straight move, 1.41 for a diagonal one.",
    "Support": "The few labelled examples that a few-shot model may look at.",
    "Query": "The new image to be named.",
    "Way": "How many classes there are to choose from.",
    "Shot": "How many examples each class has.",
    "Attention": "How much each support image counts for the answer; all of it adds up to 1.",
    "FCE": "Full context embeddings: every image is read again in the light of the whole support set.",
}


def plain(text: str, most: int = 400) -> str:
    """Text that a visitor gave, or a message that quotes it, so that nothing in it is read as Markdown."""
    shown = " ".join(text.split()).replace("`", "'")
    return f"`{shown[:most]}{'…' if len(shown) > most else ''}`"


def show(*names: str) -> None:
    """A fold-out list of words; all of them without names."""
    folded = st.expander("Words used here", icon=":material/menu_book:", key="words_used", on_change="rerun")
    if folded.open:
        chosen = names or tuple(TERMS)
        folded.markdown("\n".join(f"- **{name}**: {TERMS[name]}" for name in chosen))
