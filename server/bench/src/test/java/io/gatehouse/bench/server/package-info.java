@NullMarked
package io.gatehouse.bench.server;

import org.jspecify.annotations.NullMarked;
