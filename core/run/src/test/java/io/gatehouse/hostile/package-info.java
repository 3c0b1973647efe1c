/** Files that want to end the process which reads them, or keep it for ever. */
@NullMarked
package io.gatehouse.hostile;

import org.jspecify.annotations.NullMarked;
