"""Studies: design, plan, answers and findings.

Nothing here imports Streamlit.
"""
