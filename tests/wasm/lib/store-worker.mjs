// One instance of PHP in a thread of its own, as WordPress Playground starts them. It uses each of the numbered items and
// answers with those that it was allowed to use.
import { parentPort, workerData } from 'node:worker_threads';
import { start } from './php.mjs';

const { internal, items, issued } = workerData;
const instance = await start({ internal });
parentPort.postMessage('ready');
parentPort.once('message', async () => {
	const { text } = await instance.request(`<?php
		$store = Countersign\\Store::open();
		foreach (range(1, ${items}) as $item) {
			$decision = $store->seenOnce('race', "item $item", ${issued}, ${issued} + 600);
			echo $decision->isAllowed() ? "$item " : ('token_used' === $decision->reason() ? '' : $decision->reason());
		}`);
	parentPort.postMessage(text.trim() === '' ? [] : text.trim().split(' '));
	instance.end();
	parentPort.close();
});
