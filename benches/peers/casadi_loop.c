/* Times a function that CasADi generated: no call of Python lies between the two readings of the clock. FUNCTION and INPUTS come from the
   compiler's command line. */

#include <time.h>

int FUNCTION(const double **arg, double **res, long long *iw, double *w, int mem);

/* Calls FUNCTION at each of `count` points, all of it `repeats` times; nanoseconds a call. `arg` has its other arguments already. */
double nanoseconds_a_call(const double *points, long long count, long long repeats, const double **arg, double **res, long long *iw, double *w)
{
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (long long repeat = 0; repeat < repeats; repeat++)
        for (long long point = 0; point < count; point++) {
            arg[0] = points + point * INPUTS;
            FUNCTION(arg, res, iw, w, 0);
        }
    clock_gettime(CLOCK_MONOTONIC, &end);
    return (1e9 * (end.tv_sec - start.tv_sec) + (end.tv_nsec - start.tv_nsec)) / (double)(repeats * count);
}
