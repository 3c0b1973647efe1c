/**
 * What happens in the server, told to whoever listens, over one stream of server-sent events. It must not know what the
 * events are about.
 */
@NullMarked
package io.gatehouse.server.event;

import org.jspecify.annotations.NullMarked;
