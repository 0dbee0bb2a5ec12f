using Microsoft.Extensions.DependencyInjection;
using ServerlessDrives.Drives;

namespace ServerlessDrives.Files;

/// <summary>Composes this room.</summary>
public static class FilesComposition
{
    public static IServiceCollection AddFiles(this IServiceCollection services)
    {
        services.AddSingleton<SearchFiles>();
        services.AddSingleton<FileReferences>();
        services.AddSingleton<AbandonedUploads>();
        return services.AddSingleton<IHoldsDrives>(provider => provider.GetRequiredService<AbandonedUploads>());
    }
}
