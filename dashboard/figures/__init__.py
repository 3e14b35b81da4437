"""Arrays -> Plotly figures and SVG pictures, nothing else; `theme` has all colours."""
