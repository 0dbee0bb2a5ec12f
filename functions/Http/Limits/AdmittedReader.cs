using Microsoft.AspNetCore.Http;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Http.Limits;

/// <summary>Checks every two seconds that the reader of a long answer is still admitted, and aborts the answer if not.</summary>
/// <param name="isAdmitted">Whether they are.</param>
internal sealed class AdmittedReader(HttpContext http, Func<CancellationToken, Task<bool>> isAdmitted)
{
    private long _admittedAt = Environment.TickCount64;

    public AdmittedReader(HttpContext http, Audience audience)
        : this(http, async cancellation => await http.Request.AdmitAgainAsync(audience, "drive", cancellation, byRecent: true) is null)
    {
    }

    /// <returns>False when the answer was cut off, the only way to report an error within a body.</returns>
    public async ValueTask<bool> IsStillAdmittedAsync(CancellationToken cancellation)
    {
        if (Environment.TickCount64 - _admittedAt < Admission.Interval.TotalMilliseconds)
            return true;
        if (!await isAdmitted(cancellation))
        {
            http.Abort();
            return false;
        }

        _admittedAt = Environment.TickCount64;
        return true;
    }
}
