#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The pictures of tcptrail explain --svg, of every ladder in tests/unit/ladder and of
# one whose processes have names made to break out: well-formed, and in a browser no
# text lies on another or outside.
#
#	tests/native/svg.sh [BUILD]	BUILD (build) holds unit/test_ladder
# shellcheck source=tests/native/lib/cases.sh
. "${0%/*}/lib/cases.sh"

mkdir "$work/pictures"
check 'test_ladder' env SVG_DIR="$work/pictures" "$build/unit/test_ladder"

# A page with all of them, and a script of its own that measures.
python3 - "$work" <<'END' >"$work/well-formed"
import glob, os, sys
import xml.etree.ElementTree as tree

work = sys.argv[1]
page = ['<!doctype html><meta charset="utf-8"><body>']
for path in sorted(glob.glob(work + '/pictures/*.svg')):
    name = os.path.basename(path)[:-4]
    svg = open(path, 'rb').read()
    try:
        root = tree.fromstring(svg)
        names = {e.tag.split('}')[1] for e in root.iter()}
        assert names <= {'svg', 'title', 'desc', 'g', 'text', 'line', 'rect', 'path'}, names
        assert root.get('role') == 'img' and root[0].text and root[1].text
        attributes = {a for e in root.iter() for a in e.keys()}
        assert not [a for a in attributes if a.startswith('on') or 'href' in a], attributes
        print('ok', name)
    except Exception as e:
        print('bad', name, e)
    page.append('<div id="%s">%s</div>' % (name, svg.decode()))
page.append('''<pre id="result"></pre><script>
function corners(text) {
    const box = text.getBBox(), m = text.getCTM(), frame = text.ownerSVGElement;
    return [[0, 0], [1, 0], [1, 1], [0, 1]].map(([i, j]) => {
        const p = frame.createSVGPoint();
        p.x = box.x + i * box.width;
        p.y = box.y + 2 + j * (box.height - 4); /* less the air above and under the letters */
        return p.matrixTransform(m);
    });
}
function apart(a, b) { /* is there a line between the two? */
    for (const q of [a, b])
        for (let i = 0; i < 4; i++) {
            const n = {x: q[(i + 1) % 4].y - q[i].y, y: q[i].x - q[(i + 1) % 4].x};
            const on = p => p.map(c => c.x * n.x + c.y * n.y);
            if (Math.max(...on(a)) <= Math.min(...on(b)) || Math.max(...on(b)) <= Math.min(...on(a)))
                return true;
        }
    return false;
}
const told = [];
for (const div of document.querySelectorAll('div')) {
    const svg = div.querySelector('svg'), texts = [...svg.querySelectorAll('text')];
    const boxes = texts.map(corners), [width, height] = ['width', 'height'].map(a => +svg.getAttribute(a));
    let bad = [];
    boxes.forEach((a, i) => {
        if (a.some(c => c.x < 1 || c.y < 1 || c.x > width - 1 || c.y > height - 1))
            bad.push('outside: ' + texts[i].textContent);
        for (let j = 0; j < i; j++)
            if (!apart(a, boxes[j]))
                bad.push(texts[j].textContent + ' on ' + texts[i].textContent);
    });
    told.push(div.id + ': ' + texts.length + ' texts' + bad.map(b => ', ' + b).join(''));
}
document.getElementById('result').textContent = 'begin\\n' + told.join('\\n') + '\\nend';
</script>''')
open(work + '/page.html', 'w').write('\n'.join(page))
END
while read -r verdict what; do
	check "$what" is "$verdict" ok
done <"$work/well-formed"

measure()
{
	timeout 120 chromium --headless --no-sandbox --disable-gpu --user-data-dir="$work/profile" \
		--dump-dom "file://$work/page.html" >"$work/dom"
}
check 'chromium' measure
sed -n '/<pre id="result">begin/,/^end/p' "$work/dom" | sed '1d;$d' >"$work/measured"
while read -r line; do
	case $line in
	*texts,*)	fail "$line" ;;
	*)		pass ;;
	esac
done <"$work/measured"
pictures=$(find "$work/pictures" -name '*.svg' | wc -l)
check "many pictures: $pictures" [ "$pictures" -gt 20 ]
check '… and all are measured' is "$(wc -l <"$work/measured")" "$pictures"

report
