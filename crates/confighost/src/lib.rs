//! confighost
