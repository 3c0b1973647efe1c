@NullMarked
package io.gatehouse.server.bench;

import org.jspecify.annotations.NullMarked;
