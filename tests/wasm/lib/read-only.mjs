// A mount of a folder of this machine that PHP can read and not change.

/** The error numbers of WASI, which Emscripten uses. */
const EROFS = 69;
const O_ACCMODE = 3;
const O_CREAT = 0o100;
const O_TRUNC = 0o1000;

/** Returns a mount handler of PHP.wasm for a folder. */
export function readOnly(folder) {
	return (php, FS, at) => {
		const NODEFS = FS.filesystems.NODEFS;
		const refuse = () => {
			throw new FS.ErrnoError(EROFS);
		};
		const ofNode = {
			...NODEFS.node_ops,
			lookup: (parent, name) => restricted(NODEFS.node_ops.lookup(parent, name)),
			...Object.fromEntries(['mknod', 'rename', 'unlink', 'rmdir', 'symlink', 'setattr'].map((name) => [name, refuse])),
		};
		const ofStream = {
			...NODEFS.stream_ops,
			open(stream) {
				if (stream.flags & (O_ACCMODE | O_CREAT | O_TRUNC)) refuse();
				return NODEFS.stream_ops.open(stream);
			},
			write: refuse,
			setattr: refuse,
		};
		function restricted(node) {
			node.node_ops = ofNode;
			node.stream_ops = ofStream;
			return node;
		}
		FS.mkdirTree(at);
		FS.mount({ ...NODEFS, mount: (mount) => restricted(NODEFS.mount(mount)) }, { root: folder }, at);
		return () => FS.unmount(at);
	};
}
