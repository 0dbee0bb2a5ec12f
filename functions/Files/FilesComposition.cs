using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using ServerlessDrives.Drives;
using ServerlessDrives.Files.Previews;
using ServerlessDrives.Files.Sharing;

namespace ServerlessDrives.Files;

/// <summary>Composes this room.</summary>
public static class FilesComposition
{
    public static IServiceCollection AddFiles(this IServiceCollection services, IConfiguration configuration)
    {
        services
            .AddOptions<FileTransferOptions>()
            .Bind(configuration.GetSection("ServerlessDrives:Files"))
            .Validate(options => options.LargestRequest is null or >= 1, "ServerlessDrives:Files:LargestRequest must be at least 1 byte.")
            .ValidateOnStart();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<FileTransferOptions>>().Value);
        services.AddSingleton<SearchFiles>();
        services.AddSingleton<FileReferences>();
        services.AddSingleton<AbandonedUploads>();
        services.AddSingleton<OpenShare>();
        services.AddSingleton<OpenPreview>();
        services.AddSingleton<ShareLimits>();
        services.AddSingleton<IHoldsDrives, SharesOfRemovedDrives>();
        return services.AddSingleton<IHoldsDrives>(provider => provider.GetRequiredService<AbandonedUploads>());
    }
}
