using Microsoft.AspNetCore.Hosting;

[assembly: HostingStartup(typeof(ServerlessDrives.Embedded.LocalHostStartup))]

namespace ServerlessDrives.Embedded;

/// <summary>
/// Has the worker's web server take up what the host adds, without the app's code knowing of it: ASP.NET Core's hosting startup.
/// </summary>
internal sealed class LocalHostStartup : IHostingStartup
{
    public void Configure(IWebHostBuilder builder) => builder.ConfigureServices(services => LocalHost.Current?.AddTo(services));
}
