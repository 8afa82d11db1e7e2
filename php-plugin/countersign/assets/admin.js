/**
 * Copy buttons, and the automatic continuation of a verification. The pages also work without this script.
 */
( function () {
	const { __ } = wp.i18n;

	document.addEventListener( 'click', async ( event ) => {
		const button = event.target.closest( '[data-countersign-copy]' );
		if ( ! button ) {
			return;
		}
		const input = document.getElementById( button.dataset.countersignCopy );
		input.select();
		try {
			await navigator.clipboard.writeText( input.value );
		} catch {
			// The clipboard API needs HTTPS. This older function does not.
			document.execCommand( 'copy' );
		}
		const text = button.textContent;
		button.textContent = __( 'Copied', 'countersign' );
		wp.a11y.speak( button.textContent );
		setTimeout( () => ( button.textContent = text ), 2000 );
	} );

	document.querySelector( 'form[data-countersign-go-on]' )?.requestSubmit();
} )();
