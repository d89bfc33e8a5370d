"use strict";
(() => {
  const report = JSON.parse(document.getElementById("report-data").textContent);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const narrow = matchMedia("(max-width: 40rem)");
  const plots = [...document.querySelectorAll("[data-figure]")];
  const config = { responsive: true, displaylogo: false, displayModeBar: false };

  // A phone has no room for the margins, letters and circles of a desk.
  const fitted = ({ data, layout }) => {
    if (!narrow.matches) return { data, layout };
    const smaller = (font) => ({ ...(font || {}), size: Math.min((font && font.size) || 11, 11) });
    const margin = layout.margin || {};
    for (const trace of data) {
      if (trace.textfont) trace.textfont = smaller(trace.textfont);
      if (Array.isArray(trace.marker?.size)) trace.marker.size = trace.marker.size.map((size) => 0.7 * size);
    }
    const kept = { ...margin, l: Math.min(margin.l ?? 44, 44), r: 8 };
    return { data, layout: { ...layout, font: smaller(layout.font), margin: kept, dragmode: false } };
  };

  const draw = (place, look) => {
    const { data, layout } = fitted(structuredClone(report.figures[place.dataset.figure][look]));
    return Plotly.react(place, data, layout, config);
  };
  const drawAll = (look) => plots.forEach((place) => draw(place, look));
  const look = () => (dark.matches ? "dark" : "light");

  const contents = document.getElementById("contents");
  if (matchMedia("(min-width: 64rem)").matches) contents.open = true;
  for (const place of plots) place.textContent = "";
  drawAll(look());
  for (const media of [dark, narrow]) media.addEventListener("change", () => drawAll(look()));

  // On paper: dark letters on white, tables open.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("main details:not([open])")];
    for (const one of closed) one.open = true;
    drawAll("light");
    for (const place of plots) Plotly.relayout(place, { width: 660, autosize: false });
  });
  addEventListener("afterprint", () => {
    for (const one of closed) one.open = false;
    drawAll(look());
  });

  const save = (text, type, name) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  };
  const named = (key) => `${report.study}_${key}`;
  // Always the light look and one size, whatever the reader's screen: it goes into a paper.
  const saveSvg = async (key) => {
    const { data, layout } = structuredClone(report.figures[key].light);
    const size = { format: "svg", width: 900, height: layout.height || 500 };
    const address = await Plotly.toImage({ data, layout }, size);
    save(decodeURIComponent(address.slice(address.indexOf(",") + 1)), "image/svg+xml", `${named(key)}.svg`);
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.dataset.svg) saveSvg(button.dataset.svg);
    if (button?.dataset.csv) save(report.tables[button.dataset.csv], "text/csv", `${named(button.dataset.csv)}.csv`);
  });
  document.documentElement.dataset.drawn = "yes";
})();
