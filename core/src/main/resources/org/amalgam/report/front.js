'use strict';
// Draws a Pareto front from its data: two tasks as a curve, three as triangles of preferences, more in parallel coordinates.
// Gets the tools of report.js, gives a function as that script's figures are: from (figure, theme, width) to option and height.
const frontFigure = ({ base, axis, words, stroke, colour, dodge, textWidth, longest, brief, escape, clamp, FONT }) => {
  const MARKS = ['rect', 'triangle', 'pin', 'arrow'];
  const taskOf = (figure, other) => figure.tasks.includes(other.expertOf) ? other.expertOf : null;
  const merged = figure => figure.others.filter(o => !o.expertOf);
  const symbolOf = (figure, other) => other.expertOf ? 'diamond' : MARKS[merged(figure).indexOf(other) % MARKS.length];
  const shadeOf = (figure, other, theme) => taskOf(figure, other) ? colour(taskOf(figure, other), theme) : theme.ink;
  const weights = (figure, point) => figure.experts.map((e, k) => `${escape(e)} ${brief(point.preference[k])}`).join(', ');
  const reached = (figure, values) => `<table>${figure.tasks.map((t, k) =>
    `<tr><td>${escape(t)}</td><td class="number">${brief(values[k])}</td></tr>`).join('')}</table>`;
  const ofPoint = (figure, p) => `preference ${weights(figure, p)}${p.dominated ? '<br>dominated' : ''}${reached(figure, p.accuracies)}`;
  const ofOther = (figure, o) => `${escape(o.name)}${reached(figure, o.accuracies)}`;
  const unit = figure => (figure.value.match(/\(.*\)/) ?? [''])[0];

  // Accuracy on one task against accuracy on the other.
  function curve(figure, theme, width) {
    const front = figure.points.filter(p => !p.dominated).sort((a, b) => a.accuracies[0] - b.accuracies[0]);
    const dot = p => ({ value: p.accuracies, text: ofPoint(figure, p) });
    // What the weight of a single task reaches: named together where the models are all but one, and clear of the other dots.
    const labels = chart => {
      const at = p => chart.convertToPixel({ xAxisIndex: 0, yAxisIndex: 0 }, p.accuracies);
      const named = [];
      figure.experts.forEach((e, k) => figure.points.filter(p => p.preference[k] > 0.9999).forEach(p => {
        const [x, y] = at(p);
        const same = named.find(l => Math.hypot(l.x - x, l.y - y) < FONT);
        if (same) {
          same.name += `, ${e} alone`;
          same.x = Math.min(same.x, x);
        } else {
          named.push({ x, y, name: `${e} alone` });
        }
      }));
      const dots = figure.points.map(at);
      return named.map(l => {
        const reach = textWidth(l.name) + 20;
        if (l.x - reach < 50) {
          return words(l.name, l.x + 12, l.y, theme.soft, 'left');
        }
        const crossed = dots.some(([x, y]) => Math.abs(y - l.y) < FONT && l.x - x >= FONT && l.x - x < reach);
        return crossed ? words(l.name, l.x + 4, l.y + FONT + 4, theme.soft, 'right') : words(l.name, l.x - 12, l.y, theme.soft, 'right');
      });
    };
    const height = clamp(width * 0.55, 300, 460);
    const shown = { labelLayout: { moveOverlap: 'shiftY' }, emphasis: { disabled: true } };
    return {
      height, labels,
      option: {
        ...base(theme),
        grid: { left: 58, right: 30, top: 14, bottom: 46 },
        xAxis: axis(theme, `accuracy on ${figure.tasks[0]} ${unit(figure)}`, 28, { type: 'value', scale: true }),
        yAxis: axis(theme, `accuracy on ${figure.tasks[1]} ${unit(figure)}`, 42, { type: 'value', scale: true }),
        tooltip: { ...base(theme).tooltip, formatter: p => p.data.text },
        series: [
          { ...shown, type: 'line', data: front.map(dot), symbol: 'circle', symbolSize: 8, z: 4, lineStyle: { color: theme.ink, width: 2 }, itemStyle: { color: theme.ink } },
          {
            ...shown, type: 'scatter', data: figure.points.filter(p => p.dominated).map(dot), symbol: 'circle', symbolSize: 8, z: 3,
            itemStyle: { color: theme.paper, borderColor: theme.faint, borderWidth: 2, opacity: 1 },
          },
          {
            ...shown, type: 'scatter', z: 5,
            data: figure.others.map(o => ({
              value: o.accuracies, text: ofOther(figure, o), symbol: symbolOf(figure, o), symbolSize: 13,
              itemStyle: { color: theme.paper, borderColor: shadeOf(figure, o, theme), borderWidth: 2, opacity: 1 },
              label: { show: true, formatter: o.name, position: o.expertOf === figure.tasks[0] ? 'left' : 'right', distance: 6, color: shadeOf(figure, o, theme), fontSize: FONT },
            })),
          },
        ],
      },
    };
  }

  // A colour of a scale, straight between its stops.
  function shade(scale, t) {
    const at = clamp(t, 0, 1) * (scale.length - 1);
    const i = Math.min(Math.floor(at), scale.length - 2);
    const [a, b] = [scale[i], scale[i + 1]].map(hex => [1, 3, 5].map(c => parseInt(hex.slice(c, c + 2), 16)));
    return `rgb(${a.map((v, c) => Math.round(v + (at - i) * (b[c] - v))).join(',')})`;
  }

  // A triangle of preferences for every task, coloured by the accuracy on it; below, on the scale of the colours, the other models.
  function triangles(figure, theme, width) {
    const across = width >= 600 ? 3 : 1;
    const gap = 28;
    const panel = Math.min((width - gap * (across - 1)) / across, 340);
    const side = panel - 56;
    const tall = side * Math.sqrt(3) / 2;
    const row = 17;
    const steps = Math.round(1 / Math.min(...figure.points.flatMap(p => p.preference).filter(w => w > 1e-9)));
    const radius = clamp(side / (steps + 1) * 0.44, 3, 20);
    const head = radius + 38;
    const drop = radius + 30;
    const foot = drop + 26 + row * figure.others.length;
    const place = k => ({ x: (k % across) * (panel + gap), y: Math.floor(k / across) * (head + tall + foot + 16) });
    const all = figure.tasks.map((_, k) => [...figure.points, ...figure.others].map(m => m.accuracies[k]));
    const own = figure.tasks.map((_, k) => figure.points.map(p => p.accuracies[k]));
    const low = own.map(v => Math.min(...v));
    const span = own.map((v, k) => Math.max(...v) - low[k] || 1);
    const drawn = [];
    const series = figure.tasks.map((_, k) => {
      const { x, y } = place(k);
      const corners = [[x + 28, y + head + tall], [x + 28 + side, y + head + tall], [x + 28 + side / 2, y + head]];
      const at = p => [0, 1].map(c => p.preference.reduce((sum, w, i) => sum + w * corners[i][c], 0));
      const on = v => x + 28 + side * (Math.max(...all[k]) > Math.min(...all[k]) ? (v - Math.min(...all[k])) / (Math.max(...all[k]) - Math.min(...all[k])) : 0.5);
      const bar = y + head + tall + drop;
      drawn.push(words(`accuracy on ${figure.tasks[k]} ${unit(figure)}`, x + 28 + side / 2, y + 8, colour(figure.tasks[k], theme), 'center'));
      drawn.push(words(figure.experts[2], corners[2][0], corners[2][1] - radius - 9, theme.soft, 'center'));
      drawn.push(words(figure.experts[0], corners[0][0] - 14, corners[0][1] + radius + 10, theme.soft, 'left'));
      drawn.push(words(figure.experts[1], corners[1][0] + 14, corners[1][1] + radius + 10, theme.soft, 'right'));
      const [from, to] = [on(low[k]), on(low[k] + span[k])];
      drawn.push({
        type: 'rect', silent: true, z: 8, shape: { x: from, y: bar, width: Math.max(2, to - from), height: 8 },
        style: { fill: { type: 'linear', x: 0, y: 0, x2: 1, y2: 0, colorStops: theme.sequential.map((c, i, s) => ({ offset: i / (s.length - 1), color: c })) }, stroke: theme.soft, lineWidth: 0.5 },
      });
      drawn.push(words(brief(low[k]), from, bar + 17, theme.soft, to - from > 70 ? 'left' : 'right'));
      drawn.push(words(brief(low[k] + span[k]), to, bar + 17, theme.soft, to - from > 70 ? 'right' : 'left'));
      figure.others.forEach((o, i) => {
        const middle = bar + 34 + row * i;
        const mark = on(o.accuracies[k]);
        const text = `${o.name} ${brief(o.accuracies[k])}`;
        const left = mark + 10 + textWidth(text) > x + panel;
        drawn.push(words(text, mark + (left ? -9 : 9), middle, shadeOf(figure, o, theme), left ? 'right' : 'left'));
        const half = o.expertOf ? 5 : 4;
        const points = o.expertOf
          ? [[mark, middle - half], [mark + half, middle], [mark, middle + half], [mark - half, middle]]
          : [[mark - half, middle - half], [mark + half, middle - half], [mark + half, middle + half], [mark - half, middle + half]];
        drawn.push({ type: 'polygon', silent: true, z: 9, shape: { points }, style: { fill: theme.paper, stroke: shadeOf(figure, o, theme), lineWidth: 2 } });
      });
      return {
        type: 'custom', coordinateSystem: 'none', z: 3, data: figure.points.map(p => ({ value: p.accuracies, text: ofPoint(figure, p) })),
        renderItem: params => {
          const p = figure.points[params.dataIndex];
          const [cx, cy] = at(p);
          const fill = shade(theme.sequential, (p.accuracies[k] - low[k]) / span[k]);
          const arm = radius * 0.5;
          const cross = [[-1, -1, 1, 1], [-1, 1, 1, -1]].flatMap(([x1, y1, x2, y2]) => [[theme.paper, 3.5], [theme.ink, 1.5]].map(([ink, lineWidth]) => ({
            type: 'line', silent: true, shape: { x1: cx + x1 * arm, y1: cy + y1 * arm, x2: cx + x2 * arm, y2: cy + y2 * arm }, style: { stroke: ink, lineWidth },
          })));
          return { type: 'group', children: [{ type: 'circle', shape: { cx, cy, r: radius }, style: { fill, stroke: theme.soft, lineWidth: 0.8 } }, ...(p.dominated ? cross : [])] };
        },
      };
    });
    return {
      height: Math.ceil(3 / across) * (head + tall + foot + 16) - 16, labels: () => drawn,
      option: { ...base(theme), tooltip: { ...base(theme).tooltip, formatter: p => p.data.text }, series },
    };
  }

  // Every model a line over the tasks, all on one scale.
  function parallel(figure, theme, width) {
    const right = clamp(longest(merged(figure).map(o => o.name)) + 26, 30, width * 0.36);
    const height = clamp(width * 0.5, 300, 440);
    const line = (values, text, look) => ({
      type: 'line', data: values.map(v => ({ value: v, text })), showSymbol: false, emphasis: { disabled: true }, triggerLineEvent: true, ...look,
    });
    const points = figure.points.map(p => {
      const most = Math.max(...p.preference);
      const heaviest = p.preference.filter(w => w > most - 1e-9).length === 1 ? figure.experts[p.preference.indexOf(most)] : '';
      return line(p.accuracies, ofPoint(figure, p), {
        z: p.dominated ? 2 : 3,
        lineStyle: { width: p.dominated ? 1 : 1.8, type: p.dominated ? 'dashed' : 'solid', color: p.dominated ? theme.faint : colour(heaviest, theme), opacity: p.dominated ? 0.6 : 0.9 },
      });
    });
    const others = figure.others.map(o => {
      const ownTask = taskOf(figure, o);
      return line(o.accuracies, ofOther(figure, o), {
        z: 5, showSymbol: true, symbol: symbolOf(figure, o),
        symbolSize: (_, params) => ownTask && figure.tasks[params.dataIndex] !== ownTask ? 0 : 11,
        itemStyle: { color: theme.paper, borderColor: shadeOf(figure, o, theme), borderWidth: 2 },
        lineStyle: { width: ownTask ? 1 : 2, type: 'dotted', color: shadeOf(figure, o, theme) },
      });
    });
    const labels = chart => dodge(merged(figure).map(o => {
      const last = figure.tasks.length - 1;
      const [x, y] = chart.convertToPixel({ xAxisIndex: 0, yAxisIndex: 0 }, [last, o.accuracies[last]]);
      return { at: y, size: FONT + 3, x, name: o.name };
    }), 0, height).flatMap(l => [words(l.name, width - right + 18, l.place, theme.ink, 'left'), stroke(l.x + 8, l.at, width - right + 14, l.place, theme.ink)]);
    return {
      height, labels,
      option: {
        ...base(theme),
        grid: { left: 58, right, top: 14, bottom: 34 },
        xAxis: axis(theme, '', 0, {
          type: 'category', data: figure.tasks.map(t => ({ value: t, textStyle: { color: colour(t, theme) } })), boundaryGap: false,
          axisTick: { show: false }, splitLine: { show: true, lineStyle: { color: theme.soft } },
          axisLabel: { fontSize: FONT, interval: 0, hideOverlap: false, width: (width - 58 - right) / figure.tasks.length - 6, overflow: 'truncate' },
        }),
        yAxis: axis(theme, figure.value, 42, { type: 'value', scale: true }),
        tooltip: { ...base(theme).tooltip, formatter: p => p.data.text ?? '' },
        series: [...points, ...others],
      },
    };
  }

  return (figure, theme, width) => ({ 2: curve, 3: figure.experts.length === 3 ? triangles : parallel }[figure.tasks.length] ?? parallel)(figure, theme, width);
};
