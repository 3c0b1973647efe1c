@NullMarked
package io.gatehouse.cluster;

import org.jspecify.annotations.NullMarked;
