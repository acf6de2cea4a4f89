'use strict';
// Draws the page's figures from their data: one function a kind of figure, each from (figure, theme, width) to an ECharts
// option and a height. Nothing here knows a method or a task.
(() => {
  const { figures, palette } = JSON.parse(document.getElementById('figure-data').textContent);
  const places = [...document.querySelectorAll('[data-figure]')];
  const darkScreen = matchMedia('(prefers-color-scheme: dark)');
  const PRINT_WIDTH = 660;
  const FONT = 12;
  const FAMILY = 'system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif';
  const FEW = 12;
  let printing = false;

  const LIGHT = {
    name: 'light', paper: '#ffffff', ink: '#1b1f24', soft: '#5a6472', rule: '#e1e5ea', faint: '#9aa3ae',
    sequential: ['#ffffd9', '#c7e9b4', '#41b6c4', '#225ea8', '#081d58'],
    diverging: ['#2166ac', '#92c5de', '#f7f7f7', '#f4a582', '#b2182b'],
  };
  const DARK = {
    name: 'dark', paper: '#14171b', ink: '#e6e9ed', soft: '#9aa5b3', rule: '#2b3138', faint: '#717b88',
    sequential: ['#0d1b3d', '#225ea8', '#41b6c4', '#c7e9b4', '#ffffd9'],
    diverging: ['#6fb1e8', '#2f5d86', '#22272e', '#8f4a3c', '#f0937a'],
  };

  const escape = text => String(text).replace(/[&<>"']/g, c => `&#${c.charCodeAt(0)};`);
  const brief = value => Number.isFinite(value) ? String(Number(value.toPrecision(4))) : '–';
  const short = value => String(Number(value.toPrecision(2)));
  const colour = (key, theme) => palette[key] ? palette[key][theme.name] : theme.ink;
  const ruler = document.createElement('canvas').getContext('2d');
  ruler.font = `${FONT}px ${FAMILY}`;
  const textWidth = text => ruler.measureText(text).width;
  const longest = names => Math.max(0, ...names.map(textWidth));
  const clamp = (value, low, high) => Math.max(low, Math.min(high, value));

  // Moves labels along one axis until none overlap: each is {at, size}; gets {place}, its centre, as near to `at` as the order allows.
  function dodge(labels, low, high) {
    const sorted = [...labels].sort((a, b) => a.at - b.at);
    let edge = low;
    sorted.forEach(l => {
      l.place = Math.max(l.at, edge + l.size / 2);
      edge = l.place + l.size / 2;
    });
    edge = high;
    [...sorted].reverse().forEach(l => {
      l.place = Math.min(l.place, edge - l.size / 2);
      edge = l.place - l.size / 2;
    });
    // Runs that were only pushed one way are put back around the middle of what they label.
    for (let i = 0; i < sorted.length;) {
      let j = i;
      while (j + 1 < sorted.length && sorted[j + 1].place - sorted[j].place < (sorted[j].size + sorted[j + 1].size) / 2 + 0.5) {
        j++;
      }
      const run = sorted.slice(i, j + 1);
      const wish = run.reduce((sum, l) => sum + l.at - l.place, 0) / run.length;
      const before = i > 0 ? sorted[i - 1].place + sorted[i - 1].size / 2 : low;
      const after = j + 1 < sorted.length ? sorted[j + 1].place - sorted[j + 1].size / 2 : high;
      const shift = clamp(wish, before - (run[0].place - run[0].size / 2), after - (run[run.length - 1].place + run[run.length - 1].size / 2));
      run.forEach(l => { l.place += shift; });
      i = j + 1;
    }
    return sorted;
  }

  const words = (text, x, y, colour, align) => ({
    type: 'text', silent: true, x, y, z: 10,
    style: { text, fill: colour, font: `${FONT}px ${FAMILY}`, align, verticalAlign: 'middle' },
  });
  const stroke = (x1, y1, x2, y2, colour) => ({
    type: 'line', silent: true, z: 9, shape: { x1, y1, x2, y2 }, style: { stroke: colour, lineWidth: 1 },
  });

  function base(theme) {
    return {
      animation: false,
      textStyle: { fontFamily: FAMILY, fontSize: FONT, color: theme.ink },
      tooltip: {
        confine: true, backgroundColor: theme.paper, borderColor: theme.rule, padding: 8,
        textStyle: { color: theme.ink, fontSize: FONT },
      },
    };
  }

  function axis(theme, name, gap, more) {
    return {
      name, nameLocation: 'middle', nameGap: gap, nameTextStyle: { color: theme.soft, fontSize: FONT },
      axisLabel: { color: theme.soft, fontSize: FONT }, axisLine: { show: true, onZero: false, lineStyle: { color: theme.soft } },
      axisTick: { show: true, lineStyle: { color: theme.soft } }, splitLine: { lineStyle: { color: theme.rule } },
      ...more,
    };
  }

  function lines(figure, theme, width) {
    const names = figure.series.map(s => s.name);
    const series = figure.series.flatMap(s => {
      const look = { type: 'line', name: s.name, showSymbol: s.points.length <= FEW, symbol: 'circle', itemStyle: { color: colour(s.key, theme) } };
      const dash = palette[s.key] ? palette[s.key].dash : 'solid';
      const strong = {
        ...look, data: s.points, lineStyle: { width: 2, type: dash, color: colour(s.key, theme) }, z: 3,
        emphasis: { disabled: true },
      };
      const raw = {
        ...look, data: s.raw, silent: true, z: 2, tooltip: { show: false }, emphasis: { disabled: true },
        lineStyle: { width: 1, color: colour(s.key, theme), opacity: 0.22 },
      };
      return s.raw ? [raw, strong] : [strong];
    });
    const right = clamp(longest(names) + 26, 30, width * 0.36);
    const end = width - right;
    const height = clamp(width * 0.45, 260, 400);
    const labels = chart => {
      const ends = figure.series.flatMap(s => {
        const last = s.points.filter(p => p[1] !== null).pop();
        if (!last) {
          return [];
        }
        const [x, y] = chart.convertToPixel({ xAxisIndex: 0, yAxisIndex: 0 }, last);
        return [{ at: y, size: FONT + 3, x, name: s.name, colour: colour(s.key, theme) }];
      });
      return dodge(ends, 0, height).flatMap(l => [
        words(l.name, end + 18, l.place, l.colour, 'left'), stroke(l.x + 3, l.at, end + 14, l.place, l.colour),
      ]);
    };
    const strongOnly = params => params.filter(p => !(figure.series[0].raw && p.seriesIndex % 2 === 0));
    return {
      height, labels,
      option: {
        ...base(theme),
        grid: { left: 58, right, top: 14, bottom: 46 },
        xAxis: axis(theme, figure.x, 28, { type: figure.xLog ? 'log' : 'value', min: 'dataMin', max: 'dataMax', axisLabel: { color: theme.soft, fontSize: FONT, showMaxLabel: figure.xLog, hideOverlap: true } }),
        yAxis: axis(theme, figure.y, 42, { type: figure.yLog ? 'log' : 'value', scale: true }),
        tooltip: {
          ...base(theme).tooltip, trigger: 'axis',
          formatter: params => {
            const shown = strongOnly(params).sort((a, b) => b.value[1] - a.value[1]);
            const rows = shown.map(p => `<tr><td>${p.marker}${escape(p.seriesName)}</td><td class="number">${brief(p.value[1])}</td></tr>`);
            return `${escape(figure.x)} ${brief(params[0].value[0])}<table>${rows.join('')}</table>`;
          },
        },
        series,
      },
    };
  }

  // Names of column groups below the map: those too wide for their columns go to a second line, and out where that is full.
  // Blocks that differ by number alone are numbered alone where their full names are too wide.
  function groupLabels(groups, cell, left, width) {
    const span = g => (g.last - g.first + 1) * cell;
    const fits = (text, g) => textWidth(text) + 6 <= span(g);
    const stems = groups.map(g => (g.name.match(/^(.*\s)\d+$/) ?? [])[1]).filter(Boolean);
    const stem = stems.length > 1 && stems.every(s => s === stems[0]) ? stems[0] : null;
    const narrow = stem !== null && groups.some(g => g.name.startsWith(stem) && !fits(g.name, g));
    const number = g => g.name.slice(stem.length);
    const stemmed = groups.filter(g => narrow && g.name.startsWith(stem));
    const every = Math.ceil(Math.max(1, ...stemmed.map(g => (textWidth(number(g)) + 6) / span(g))));
    const labels = [];
    let taken = 0;
    groups.forEach(g => {
      const centre = left + (g.first + g.last + 1) / 2 * cell;
      if (stemmed.includes(g)) {
        if (Number(number(g)) % every === 0) {
          labels.push({ text: number(g), x: centre, row: 0 });
        }
        return;
      }
      const half = textWidth(g.name) / 2;
      const beside = clamp(centre, half, width - half);
      if (fits(g.name, g)) {
        labels.push({ text: g.name, x: centre, row: 0 });
      } else if (beside - half >= taken) {
        labels.push({ text: g.name, x: beside, row: 1 });
        taken = beside + half + 8;
      }
    });
    return { labels, note: narrow ? ` (${stem.trim()} by number)` : '' };
  }

  function heatmap(figure, theme, width) {
    const cells = figure.values.flatMap((row, r) => row.map((v, c) => [c, r, v])).filter(d => d[2] !== null);
    const values = cells.map(d => d[2]);
    const extreme = Math.max(...values.map(Math.abs), 1e-12);
    const diverging = figure.scale === 'diverging';
    const low = diverging ? -extreme : Math.min(...values, values.length ? Infinity : 0);
    const top = Math.max(...values, low);
    const high = diverging ? extreme : top > low ? top : low + 1;
    const left = clamp(longest(figure.rows) + 14, 40, width * 0.3);
    const right = 40;
    const cell = (width - left - right) / figure.columns.length;
    const rowHeight = clamp(240 / figure.rows.length, 12, 26);
    const grouped = figure.groups.length > 0;
    const names = groupLabels(figure.groups, cell, left, width);
    const bottom = grouped ? 66 : 50;
    const height = figure.rows.length * rowHeight + 36 + bottom;
    const labels = () => names.labels.map(l => words(l.text, l.x, height - bottom + 14 + 16 * l.row, theme.soft, 'center'));
    const starts = new Set(figure.groups.map(g => g.first));
    const groupOf = c => figure.groups.find(g => g.first <= c && c <= g.last);
    return {
      height, labels,
      option: {
        ...base(theme),
        grid: { left, right, top: 36, bottom },
        xAxis: axis(theme, figure.x + names.note, grouped ? 46 : 28, {
          type: 'category', data: figure.columns, z: 4,
          axisLabel: { show: !grouped, color: theme.soft, fontSize: FONT, hideOverlap: true },
          axisTick: { show: grouped, interval: i => starts.has(i), lineStyle: { color: theme.soft }, length: 6 },
          splitLine: { show: grouped, interval: i => starts.has(i), lineStyle: { color: theme.paper, width: 2 } },
          axisLine: { show: false },
        }),
        yAxis: axis(theme, '', 0, {
          type: 'category', data: figure.rows, inverse: true, axisTick: { show: false }, axisLine: { show: false },
          axisLabel: { color: theme.ink, fontSize: FONT, width: left - 12, overflow: 'truncate', interval: rowHeight < 16 ? 'auto' : 0 },
        }),
        visualMap: {
          type: 'continuous', min: low, max: high, dimension: 2, orient: 'horizontal', left, top: 0, itemWidth: 10,
          itemHeight: clamp(width * 0.25, 80, 180), padding: 0, text: [`${short(high)}   ${figure.value}`, short(low)],
          textGap: 8, textStyle: { color: theme.soft, fontSize: FONT }, inRange: { color: theme[figure.scale] }, calculable: false, hoverLink: false,
        },
        tooltip: {
          ...base(theme).tooltip,
          formatter: p => {
            const group = groupOf(p.value[0]);
            return `${escape(figure.columns[p.value[0]])}${group ? `<br>${escape(group.name)}` : ''}<br>${escape(figure.rows[p.value[1]])}: <b>${brief(p.value[2])}</b>`;
          },
        },
        series: [{ type: 'heatmap', data: cells, emphasis: { itemStyle: { borderColor: theme.ink, borderWidth: 1 } }, progressive: 0 }],
      },
    };
  }

  const SYMBOLS = { filled: 'circle', hollow: 'circle', diamond: 'diamond', faint: 'circle' };
  const SIZES = { filled: 11, hollow: 9, diamond: 12, faint: 7 };
  const TOP = 34;

  function dots(figure, theme, width) {
    const rowColour = r => colour(figure.rows[r], theme);
    const horizontal = (name, spans, lineWidth, z, stroke) => ({
      type: 'custom', name, z, silent: true, tooltip: { show: false }, data: spans,
      renderItem: (params, api) => {
        const from = api.coord([api.value(1), api.value(0)]);
        const to = api.coord([api.value(2), api.value(0)]);
        return {
          type: 'line', shape: { x1: from[0], y1: from[1], x2: to[0], y2: to[1] },
          style: { stroke: stroke(api.value(0)), lineWidth, lineCap: 'round' },
        };
      },
    });
    const ends = figure.marks.filter(m => m.shape === 'hollow' || m.shape === 'diamond');
    const between = figure.rows.map((_, r) => ends.map(m => m.values[r]).filter(v => v !== null))
      .map((v, r) => [r, Math.min(...v), Math.max(...v)]).filter(s => Number.isFinite(s[1]));
    const solo = figure.marks.length === 1;
    const scatter = figure.marks.map(m => ({
      type: 'scatter', name: m.name, symbol: SYMBOLS[m.shape], symbolSize: SIZES[m.shape], z: m.shape === 'filled' ? 6 : 5,
      data: m.values.map((v, r) => v === null ? null : {
        value: [v, r],
        itemStyle: m.shape === 'filled' ? { color: rowColour(r), opacity: 1 }
          : m.shape === 'faint' ? { color: theme.faint, opacity: 0.85 }
            : { color: theme.paper, borderColor: rowColour(r), borderWidth: 2, opacity: 1 },
      }).filter(Boolean),
    }));
    const intervals = figure.marks.flatMap(m => m.intervals.length
      ? [horizontal(m.name, m.intervals.map((i, r) => [r, i[0], i[1]]), 2, 5, rowColour)] : []);
    const references = figure.references.length ? [{
      type: 'scatter', data: [], silent: true,
      markLine: {
        symbol: 'none', silent: true, lineStyle: { color: theme.soft, type: 'dashed' },
        label: { show: false }, data: figure.references.map(r => ({ xAxis: r.value })),
      },
    }] : [];
    const all = [...figure.marks.flatMap(m => [...m.values, ...m.intervals.flat()]), ...figure.references.map(r => r.value)].filter(v => v !== null);
    const none = all.length === 0;
    // Tens around the values, but no axis of percentages goes below 0 or beyond 100.
    const low = none ? 0 : Math.max(Math.min(0, ...all), Math.floor((Math.min(...all) - 2) / 10) * 10);
    const high = none ? 100 : Math.min(Math.max(100, ...all), Math.ceil((Math.max(...all) + 1) / 10) * 10);
    const left = clamp(longest(figure.rows) + 14, 40, width * 0.36);
    const named = placed => placed.flatMap(l => [
      words(l.name, l.place, 8, theme.soft, 'center'), stroke(l.place, 16, l.at, l.y, theme.faint),
    ]);
    // What each mark is, written above its dot in the first row, or above its line.
    const labels = chart => {
      const marks = figure.marks.filter(m => !solo && m.shape !== 'faint' && m.values[0] !== null).map(m => {
        const [x, y] = chart.convertToPixel({ xAxisIndex: 0, yAxisIndex: 0 }, [m.values[0], 0]);
        return { at: x, size: textWidth(m.name) + 12, y: y - 8, name: m.name };
      });
      const across = figure.references.map(r => {
        const [x] = chart.convertToPixel({ xAxisIndex: 0, yAxisIndex: 0 }, [r.value, 0]);
        const name = `${r.name} ${r.value.toFixed(1)}`;
        return { at: x, size: textWidth(name) + 12, y: TOP, name };
      });
      // A mark alone has room for its values, right of their intervals.
      const values = !solo ? [] : figure.marks[0].values.flatMap((v, r) => {
        if (v === null) {
          return [];
        }
        const reach = figure.marks[0].intervals.length ? figure.marks[0].intervals[r][1] : v;
        const [x, y] = chart.convertToPixel({ xAxisIndex: 0, yAxisIndex: 0 }, [reach, r]);
        return [words(v.toFixed(1), x + 9, y, theme.ink, 'left')];
      });
      return [...values, ...named(dodge([...marks, ...across], 0, width))];
    };
    return {
      height: figure.rows.length * 30 + 82, labels,
      option: {
        ...base(theme),
        grid: { left, right: 40, top: TOP, bottom: 48 },
        xAxis: axis(theme, figure.x, 28, { type: figure.xLog ? 'log' : 'value', min: low, max: high }),
        yAxis: axis(theme, '', 0, {
          type: 'category', data: figure.rows, inverse: true, axisTick: { show: false }, axisLine: { show: false },
          splitLine: { show: false },
          axisLabel: { color: theme.ink, fontSize: FONT, width: left - 12, overflow: 'truncate', interval: 0 },
        }),
        tooltip: {
          ...base(theme).tooltip,
          formatter: p => `${escape(figure.rows[p.value[1]])}<br>${escape(p.seriesName)}: <b>${p.value[0].toFixed(1)}</b>`,
        },
        series: [horizontal('range', between, 4, 2, () => theme.rule), ...intervals, ...scatter, ...references],
      },
    };
  }

  // Marching squares: segments of the line where a surface, linear along every edge of the grid, has the level.
  function isoline(values, ticks, level) {
    const segments = [];
    const between = (a, b, va, vb) => {
      const t = (level - va) / (vb - va);
      return [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])];
    };
    for (let r = 0; r + 1 < ticks.length; r++) {
      for (let c = 0; c + 1 < ticks.length; c++) {
        const corners = [[c, r], [c + 1, r], [c + 1, r + 1], [c, r + 1]].map(([i, j]) => ({ at: [ticks[i], ticks[j]], v: values[j][i] }));
        if (corners.some(k => k.v === null)) {
          continue;
        }
        const crossings = corners.flatMap((k, i) => {
          const next = corners[(i + 1) % 4];
          return (k.v < level) !== (next.v < level) ? [between(k.at, next.at, k.v, next.v)] : [];
        });
        // At a saddle four edges are crossed: the mean decides which two belong together.
        const turned = crossings.length === 4 && (corners.reduce((sum, k) => sum + k.v, 0) / 4 < level) === (corners[0].v < level);
        const order = turned ? [1, 2, 3, 0] : [0, 1, 2, 3];
        for (let i = 0; i + 1 < crossings.length; i += 2) {
          segments.push([crossings[order[i]], crossings[order[i + 1]]]);
        }
      }
    }
    return segments;
  }

  const SPOTS = {
    ancestor: { symbol: 'circle', size: 10, beside: 'bottom' },
    expert: { symbol: 'triangle', size: 12, beside: 'left' },
    merged: { symbol: 'diamond', size: 13, beside: 'bottom' },
    lowest: { symbol: 'path://M0,-10L2.9,-3.1L10,-3.1L4.5,1.4L6.2,8.6L0,4.4L-6.2,8.6L-4.5,1.4L-10,-3.1L-2.9,-3.1Z', size: 15, beside: 'top' },
  };
  const LEVELS = 9;

  // Surfaces over one square side by side, below each other where there is no room. Colours and lines follow the logarithm.
  function landscape(figure, theme, width) {
    const across = width >= 200 * figure.surfaces.length ? figure.surfaces.length : 1;
    const gap = 18;
    const left = 46;
    const head = 48;
    const foot = 46;
    const panel = Math.min((width - gap * (across - 1)) / across, 420);
    const side = panel - left - 8;
    const ticks = figure.ticks;
    const half = (ticks[1] - ticks[0]) / 2;
    const low = ticks[0] - half;
    const high = ticks[ticks.length - 1] + half;
    const floor = Math.min(...figure.surfaces.flatMap(s => s.values.flat()).filter(v => v !== null && v > 0), 1);
    const log = v => v === null ? null : Math.log10(Math.max(v, floor));
    const place = i => ({ x: (i % across) * (panel + gap), y: Math.floor(i / across) * (head + side + foot) });
    const grids = [], xs = [], ys = [], maps = [], series = [];
    figure.surfaces.forEach((surface, i) => {
      const { x, y } = place(i);
      const logs = surface.values.map(row => row.map(log));
      const cells = logs.flatMap((row, r) => row.map((v, c) => [ticks[c], ticks[r], v, surface.values[r][c]])).filter(d => d[2] !== null);
      const bottom = Math.min(...cells.map(d => d[2]), cells.length ? Infinity : 0);
      const span = Math.max(...cells.map(d => d[2]), bottom) - bottom || 1;
      grids.push({ left: x + left, top: y + head, width: side, height: side });
      const both = { gridIndex: i, type: 'value', min: low, max: high, splitLine: { show: false }, axisLabel: { color: theme.soft, fontSize: FONT, showMinLabel: false, showMaxLabel: false, hideOverlap: true } };
      xs.push(axis(theme, figure.x, 26, both));
      ys.push(axis(theme, i % across === 0 ? figure.y : '', 32, both));
      maps.push({
        type: 'continuous', min: bottom, max: bottom + span, dimension: 2, seriesIndex: series.length, orient: 'horizontal', left: x + left, top: y + 20,
        itemWidth: 8, itemHeight: Math.max(40, side - 2 * textWidth('0.0000') - 24), padding: 0, textGap: 6, textStyle: { color: theme.soft, fontSize: FONT },
        text: [short(10 ** (bottom + span)), short(10 ** bottom)], inRange: { color: theme.sequential }, calculable: false, hoverLink: false,
      });
      series.push({
        type: 'custom', name: surface.name, xAxisIndex: i, yAxisIndex: i, z: 1, data: cells, encode: { x: 0, y: 1 }, clip: true, progressive: 0,
        renderItem: (params, api) => {
          const from = api.coord([api.value(0) - half, api.value(1) + half]);
          const to = api.coord([api.value(0) + half, api.value(1) - half]);
          // Whole pixels: no paper shows between cells.
          const [x1, y1, x2, y2] = [...from, ...to].map(Math.round);
          return { type: 'rect', shape: { x: x1, y: y1, width: x2 - x1, height: y2 - y1 }, style: { fill: api.visual('color') } };
        },
      });
      const segments = Array.from({ length: LEVELS }, (_, k) => isoline(logs, ticks, bottom + span * (k + 1) / (LEVELS + 1))).flat();
      series.push({
        type: 'custom', xAxisIndex: i, yAxisIndex: i, z: 2, silent: true, tooltip: { show: false }, data: [[ticks[0], ticks[0]]], clip: true,
        renderItem: (params, api) => {
          const point = p => api.coord(p).map(v => v.toFixed(1)).join(' ');
          const pathData = segments.map(([a, b]) => `M${point(a)}L${point(b)}`).join('');
          const line = (stroke, lineWidth, opacity) => ({ type: 'path', shape: { pathData }, style: { fill: 'none', stroke, lineWidth, opacity, lineCap: 'round' } });
          return { type: 'group', children: segments.length ? [line(theme.paper, 2.2, 0.35), line(theme.ink, 0.8, 0.7)] : [] };
        },
      });
      series.push({
        type: 'scatter', xAxisIndex: i, yAxisIndex: i, z: 5,
        data: surface.spots.map(spot => {
          const look = SPOTS[spot.role];
          const edge = spot.role === 'expert' && spot.at[0] <= (low + high) / 2 ? 'bottom' : look.beside;
          return {
            value: spot.at, name: spot.name, symbol: look.symbol, symbolSize: look.size, loss: spot.value,
            itemStyle: { color: theme.paper, borderColor: theme.ink, borderWidth: 1.6, opacity: 1 },
            label: {
              show: spot.role !== 'lowest', formatter: '{b}', position: edge, distance: 4, color: theme.ink, fontSize: FONT,
              textBorderColor: theme.paper, textBorderWidth: 3,
            },
          };
        }),
      });
    });
    const height = Math.ceil(figure.surfaces.length / across) * (head + side + foot);
    const labels = () => figure.surfaces.map((surface, i) => words(surface.name, place(i).x + left, place(i).y + 9, theme.ink, 'left'));
    return {
      height, labels,
      option: {
        ...base(theme),
        grid: grids, xAxis: xs, yAxis: ys, visualMap: maps, series,
        tooltip: {
          ...base(theme).tooltip,
          formatter: p => {
            const [x, y] = p.value;
            const named = p.seriesType === 'scatter' ? `${escape(p.name)}<br>` : `${escape(p.seriesName)}<br>`;
            return `${named}(${brief(x)}, ${brief(y)}): <b>${brief(p.seriesType === 'scatter' ? p.data.loss : p.value[3])}</b>`;
          },
        },
      },
    };
  }

  const front = frontFigure({ base, axis, words, stroke, colour, dodge, textWidth, longest, brief, escape, clamp, FONT });
  const KINDS = { lines, heatmap, dots, landscape, front };

  function draw(place) {
    const figure = figures[Number(place.dataset.figure)];
    const theme = darkScreen.matches && !printing ? DARK : LIGHT;
    const width = printing ? PRINT_WIDTH : place.clientWidth;
    if (width === 0) {
      return;
    }
    const { option, height, labels } = KINDS[figure.kind](figure, theme, width);
    place.style.height = `${height}px`;
    const chart = echarts.getInstanceByDom(place) ?? echarts.init(place, null, { renderer: 'svg', width, height });
    chart.resize({ width, height });
    chart.setOption(option, { notMerge: true });
    chart.setOption({ graphic: labels(chart) });
    place.dataset.width = String(width);
  }

  const drawAll = () => places.forEach(draw);
  const print = on => () => {
    printing = on;
    drawAll();
  };

  drawAll();
  darkScreen.addEventListener('change', drawAll);
  addEventListener('beforeprint', print(true));
  addEventListener('afterprint', print(false));
  const widths = new ResizeObserver(entries => {
    const changed = entries.map(e => e.target).filter(p => !printing && p.clientWidth !== Number(p.dataset.width));
    changed.forEach(draw);
  });
  places.forEach(place => widths.observe(place));
})();
