<?php

namespace Countersign;

/** The purpose of a token. Every kind has its own key and prefix. */
enum TokenKind: string
{
    /** Calls the MCP endpoint as a connection. */
    case Access = 'access';
    /** Asks for the next access token. */
    case Refresh = 'refresh';
    /** An OAuth authorization code. */
    case Code = 'code';
    /** Confirms one act with exactly these arguments. */
    case Confirmation = 'confirmation';
    /** Opens a pairing with a service for remote operations. */
    case Pairing = 'pairing';
    /** A link in a mail that leads to a decision. */
    case Approval = 'approval';
    /** An upload by a person without an account. */
    case Upload = 'upload';
}
