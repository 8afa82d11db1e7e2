<?php

declare(strict_types=1);

defined( 'ABSPATH' ) || exit;

$wpdb->query( 'DELETE FROM x' );
$wpdb->query( "DELETE FROM $table" ); // expect: WordPress.DB.PreparedSQL.NotPrepared
$wpdb->query( 'DELETE FROM ' . $table ); // expect: WordPress.DB.PreparedSQL.NotPrepared
$wpdb->query( $sql ); // expect: WordPress.DB.PreparedSQL.NotPrepared
$wpdb->query( "DELETE FROM {$wpdb->posts}" );
$wpdb->query( "DELETE FROM $wpdb->posts WHERE id = $id" ); // expect: WordPress.DB.PreparedSQL.NotPrepared
$wpdb->query( build( $id ) ); // expect: WordPress.DB.PreparedSQL.NotPrepared
$wpdb->get_var( $wpdb->prepare( 'SELECT a FROM %i WHERE id = %d', $table, $id ) );
$wpdb->get_row( $wpdb->prepare( "SELECT a FROM $table WHERE id = %d", $id ) ); // expect: WordPress.DB.PreparedSQL.NotPrepared
$wpdb->get_results( $wpdb->prepare( $sql, $id ) ); // expect: WordPress.DB.PreparedSQL.NotPrepared
$wpdb->get_col( "SELECT a FROM {$tables['x']}" ); // expect: WordPress.DB.PreparedSQL.NotPrepared
$wpdb->insert( $table, $row );
