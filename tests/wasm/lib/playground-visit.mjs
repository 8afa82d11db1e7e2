// What an administrator finds in the running Playground site after the conversation. Prints JSON. Runs inside the network
// namespace of the site:
//
//   node playground-visit.mjs NAME
import { Administrator } from '../../e2e/lib/admin.mjs';
import { decode } from '../../e2e/lib/html.mjs';
import { fetchRaw } from '../../e2e/lib/http.mjs';
import { openSite } from '../../e2e/lib/site.mjs';

const site = openSite(process.argv[2]);
const admin = new Administrator(site);
const person = await admin.person();
const words = (html) => decode(html.replace(/<(script|style)[\s\S]*?<\/\1>/g, '').replace(/<[^>]+>/g, ' ')).replace(/\s+/g, ' ').trim();

const database = await fetchRaw(`${site.url}/wp-content/database/.ht.sqlite`);
const debugLog = await fetchRaw(`${site.url}/wp-content/debug.log`);
console.log(JSON.stringify({
	plugins: words((await person.get('/wp-admin/plugins.php?plugin_status=active')).text),
	connections: words((await admin.page()).text),
	connect: decode((await person.get('/wp-admin/admin.php?page=countersign&view=connect&agent=claude_code')).text),
	audit: await admin.exportAudit(),
	served: [database.status, debugLog.status],
}));
