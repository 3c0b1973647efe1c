/**
 * Events of the server, sent to all listeners over one stream of server-sent events. It must not know what the events are
 * about.
 */
@NullMarked
package io.gatehouse.server.event;

import org.jspecify.annotations.NullMarked;
