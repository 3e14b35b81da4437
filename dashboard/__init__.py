"""The dashboard: `pnzoo dashboard` opens it.

    serve.py      what `pnzoo dashboard` starts: app.py in a document of ours
    app.py        the script that Streamlit runs; app_pages/ has a page for each question
    compute/      what pnzoo computes, cached
    figures/      arrays -> figures; theme.py has all colours
    widgets/      what people touch: maps, rings, animation, choices
    state.py      what the address carries
"""
