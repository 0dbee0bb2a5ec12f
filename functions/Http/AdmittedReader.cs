using Microsoft.AspNetCore.Http;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Http;

/// <summary>Whoever reads an answer that takes its time: looked at again every two seconds, and cut off once they are let in no longer.</summary>
internal sealed class AdmittedReader(HttpContext http, Audience audience)
{
    private long _admittedAt = Environment.TickCount64;

    /// <returns>False when the answer was cut off, which is all that HTTP has to say in the middle of a body.</returns>
    public async ValueTask<bool> IsStillAdmittedAsync(CancellationToken cancellation)
    {
        if (Environment.TickCount64 - _admittedAt < Admission.Interval.TotalMilliseconds)
            return true;
        if (await http.Request.AdmitAgainAsync(audience, "drive", cancellation, byRecent: true) is not null)
        {
            http.Abort();
            return false;
        }

        _admittedAt = Environment.TickCount64;
        return true;
    }
}
