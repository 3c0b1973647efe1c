/** Tests of runs, with a real model and a real file. */
@NullMarked
package io.gatehouse.run;

import org.jspecify.annotations.NullMarked;
