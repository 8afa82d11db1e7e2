<?php

declare(strict_types=1);

namespace Countersign\Plugin\Accounts;

use Countersign\Plugin\Site\ErrorLog;

defined( 'ABSPATH' ) || exit;

/**
 * E-mails about comments on what an agent wrote. The account of an agent has no address, so they go to the person who approved its
 * connection, if that person may edit the post.
 */
final class AgentMails {

	/** @param \Closure(): AgentAccounts $accounts */
	public function __construct( private readonly \Closure $accounts ) {}

	/** Registers the filters of WordPress. */
	public function register(): void {
		add_filter( 'comment_notification_recipients', $this->add_person( ... ), 10, 2 );
		add_filter( 'comment_moderation_recipients', $this->add_person( ... ), 10, 2 );
	}

	/**
	 * Callback of both filters.
	 *
	 * @param mixed $emails  The addresses. Other plugins may pass anything.
	 * @param mixed $comment Id of the comment.
	 */
	private function add_person( mixed $emails, mixed $comment ): mixed {
		$comment = get_comment( (int) $comment );
		$post    = $comment ? get_post( (int) $comment->comment_post_ID ) : null;
		if ( ! is_array( $emails ) || ! $post || ! AgentAccounts::is_one( (int) $post->post_author ) ) {
			return $emails;
		}
		$person = $this->person( (int) $post->post_author );
		if ( $person && (int) $comment->user_id !== $person->ID && user_can( $person, 'edit_post', $post->ID ) ) {
			$emails[] = $person->user_email;
		}
		return array_values( array_unique( array_filter( $emails ) ) );
	}

	/** Returns the person who approved the connection of an account, if it is known now. */
	private function person( int $account ): \WP_User|false {
		try {
			return get_userdata( ( $this->accounts )()->shown( $account )->created_by ?? 0 );
		} catch ( \Throwable $error ) {
			ErrorLog::failure( 'the person of an agent could not be found for an e-mail about a comment', $error );
			return false;
		}
	}
}
